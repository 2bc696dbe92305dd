import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseContentRange } from '@objectferry/shared/range.ts';
import * as v from 'valibot';
import { cpuMsSince } from '../measure.ts';
import { type Answer, type Served, ServerTask, type Taken } from '../messages.ts';

/**
 * A look-alike of OSS that counts: no signatures, no contents, one latency for every part copy, nothing for the rest.
 * Whatever takes time beyond the latency is the client, as far as this can be had on one machine.
 */
interface Store {
  readonly latencyMs: number;
  readonly objectBytes: number;
  /** Size of each part by number, by upload id. */
  readonly uploads: Map<string, Map<number, number>>;
  inFlight: number;
  counts: Counts;
}

type Counts = Omit<Taken, 'cpuMs'>;

interface Request {
  readonly message: IncomingMessage;
  readonly query: URLSearchParams;
  readonly uploadId: string;
}

const NOTHING: Counts = { parts: 0, repeated: 0, bytes: 0, peakInFlight: 0 };
const LAST_MODIFIED = 'Tue, 05 Mar 2024 06:07:08 GMT';

let store: Store | undefined;
let cpu = process.cpuUsage();

/** Serves until the process ends. */
export const answer: Answer = async (message): Promise<v.InferOutput<typeof Served> | Taken> => {
  const task = v.parse(ServerTask, message);
  if (task.kind === 'serve') {
    store = { ...task, uploads: new Map(), inFlight: 0, counts: { ...NOTHING } };
    return { port: await listen(store) };
  }
  const taken = { ...(store?.counts ?? NOTHING), cpuMs: cpuMsSince(cpu) };
  if (store !== undefined) store.counts = { ...NOTHING };
  cpu = process.cpuUsage();
  return taken;
};

function listen(open: Store): Promise<number> {
  const server = createServer((message, response) => route(open, message, response));
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function route(open: Store, message: IncomingMessage, response: ServerResponse): void {
  const target = message.url ?? '/';
  const query = new URLSearchParams(target.slice(target.indexOf('?') + 1));
  const request = { message, query, uploadId: query.get('uploadId') ?? '' };
  message.resume();
  switch (`${message.method} ${query.has('partNumber') ? 'part' : query.has('uploadId') ? 'upload' : 'object'}`) {
    case 'PUT part':
      copyPart(open, request, response);
      break;
    case 'GET upload':
      xml(response, 'ListPartsResult', listParts(open, request));
      break;
    case 'HEAD object':
      response.writeHead(200, { 'content-length': open.objectBytes, etag: '"SOURCE"', 'last-modified': LAST_MODIFIED });
      response.end();
      break;
    case 'POST object':
      xml(response, 'InitiateMultipartUploadResult', `<UploadId>upload-${open.uploads.size + 1}</UploadId>`);
      break;
    case 'POST upload':
      xml(response, 'CompleteMultipartUploadResult', '<ETag>"DONE"</ETag>');
      break;
    default:
      response.writeHead(400).end();
  }
}

function copyPart(open: Store, { message, query, uploadId }: Request, response: ServerResponse): void {
  const asked = `${message.headers['x-oss-copy-source-range']}`.replace('=', ' ');
  const range = parseContentRange(`${asked}/${open.objectBytes}`);
  const partNumber = Number(query.get('partNumber'));
  if (range === undefined || message.headers['x-oss-copy-source'] === undefined) {
    response.writeHead(400).end();
    return;
  }
  open.inFlight += 1;
  open.counts.peakInFlight = Math.max(open.counts.peakInFlight, open.inFlight);
  setTimeout(() => {
    open.inFlight -= 1;
    const parts = partsOf(open, uploadId);
    if (parts.has(partNumber)) open.counts.repeated += 1;
    else {
      open.counts.parts += 1;
      open.counts.bytes += range.length;
    }
    parts.set(partNumber, range.length);
    const headers = { 'content-range': `${asked}/${open.objectBytes}`, etag: etagOf(partNumber) };
    xml(response, 'CopyPartResult', `<LastModified>${LAST_MODIFIED}</LastModified>${etagElement(partNumber)}`, headers);
  }, open.latencyMs);
}

function listParts(open: Store, { query, uploadId }: Request): string {
  const after = Number(query.get('part-number-marker') ?? 0);
  const limit = Number(query.get('max-parts') ?? 1000);
  const later = [...partsOf(open, uploadId)].filter(([number]) => number > after).sort(([a], [b]) => a - b);
  const page = later.slice(0, limit);
  const parts = page.map(
    ([number, size]) =>
      `<Part><PartNumber>${number}</PartNumber>${etagElement(number)}<Size>${size}</Size>` +
      '<LastModified>2024-03-05T06:07:08.000Z</LastModified></Part>',
  );
  const next = page.at(-1)?.[0] ?? after;
  return (
    `<IsTruncated>${later.length > page.length}</IsTruncated>` +
    `<NextPartNumberMarker>${next}</NextPartNumberMarker>${parts.join('')}`
  );
}

function partsOf({ uploads }: Store, uploadId: string): Map<number, number> {
  const parts = uploads.get(uploadId) ?? new Map<number, number>();
  uploads.set(uploadId, parts);
  return parts;
}

function xml(response: ServerResponse, root: string, content: string, headers: Record<string, string> = {}): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>`;
  response.writeHead(200, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
    'x-oss-request-id': '65E6B5C1A1B2C3D4E5F60718',
    ...headers,
  });
  response.end(body);
}

function etagOf(partNumber: number): string {
  return `"${partNumber.toString(16).toUpperCase().padStart(32, '0')}"`;
}

function etagElement(partNumber: number): string {
  return `<ETag>${etagOf(partNumber)}</ETag>`;
}
