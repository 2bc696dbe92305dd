import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseContentRange } from '@objectferry/shared/range.ts';
import * as v from 'valibot';
import { cpuMsSince } from '../measure.ts';
import { type Answer, type Served, ServerTask, type Taken } from '../messages.ts';
import { createVerifier, type Verifier } from './counting/verifier.ts';

/**
 * A look-alike of S3, OSS and OBS that counts: no contents, one latency for every part copy, nothing for the rest, and
 * signatures only where they are asked for. Whatever takes time beyond the latency is the client, as far as this can be
 * had on one machine.
 */
interface Store {
  readonly latencyMs: number;
  readonly objectBytes: number;
  readonly verify: Verifier | undefined;
  /** Size of each part by number, by upload id. */
  readonly uploads: Map<string, Map<number, number>>;
  /** Headers that an object was begun with, by upload id; and those of objects that are complete, by path. */
  readonly begun: Map<string, Headers>;
  readonly complete: Map<string, Headers>;
  inFlight: number;
  counts: Counts;
}

type Headers = Readonly<Record<string, string>>;
type Counts = Omit<Taken, 'cpuMs'>;

interface Request {
  readonly message: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly uploadId: string;
}

const NOTHING: Counts = { requests: 0, parts: 0, repeated: 0, bytes: 0, peakInFlight: 0 };
const LAST_MODIFIED = 'Tue, 05 Mar 2024 06:07:08 GMT';
const PREFIXES = ['x-amz-', 'x-oss-', 'x-obs-'];

/** A store that serves, until it is closed. */
export interface CountingStore {
  readonly port: number;
  /** What happened since this was asked the last time. */
  readonly take: () => Counts;
  readonly close: () => void;
}

type ServeTask = Extract<ServerTask, { readonly kind: 'serve' }>;

let store: CountingStore | undefined;
let cpu = process.cpuUsage();

/** Serves until the process ends. */
export const answer: Answer = async (message): Promise<v.InferOutput<typeof Served> | Taken> => {
  const task = v.parse(ServerTask, message);
  if (task.kind === 'serve') {
    store = await startCountingStore(task);
    return { port: store.port };
  }
  const taken = { ...(store?.take() ?? NOTHING), cpuMs: cpuMsSince(cpu) };
  cpu = process.cpuUsage();
  return taken;
};

/** Starts a store on loopback. */
export async function startCountingStore({ latencyMs, objectBytes, verify }: ServeTask): Promise<CountingStore> {
  const open: Store = {
    latencyMs,
    objectBytes,
    verify: verify ? createVerifier() : undefined,
    uploads: new Map(),
    begun: new Map(),
    complete: new Map(),
    inFlight: 0,
    counts: { ...NOTHING },
  };
  const server = createServer((message, response) => {
    serve(open, message, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    take: () => {
      const { counts } = open;
      open.counts = { ...NOTHING };
      open.uploads.clear();
      return counts;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(open: Store, message: IncomingMessage, response: ServerResponse): Promise<void> {
  open.counts.requests += 1;
  const refusal = await open.verify?.(message);
  if (refusal === undefined) route(open, message, response);
  else refuse(response, refusal);
}

function refuse(response: ServerResponse, refusal: string): void {
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>SignatureDoesNotMatch</Code><Message>${refusal}</Message></Error>`);
}

function route(open: Store, message: IncomingMessage, response: ServerResponse): void {
  const target = message.url ?? '/';
  const question = `${target}?`.indexOf('?');
  const query = new URLSearchParams(target.slice(question + 1));
  const path = target.slice(0, question);
  const request = { message, path, query, uploadId: query.get('uploadId') ?? '' };
  message.resume();
  switch (`${message.method} ${query.has('partNumber') ? 'part' : query.has('uploadId') ? 'upload' : 'object'}`) {
    case 'PUT part':
      copyPart(open, request, response);
      break;
    case 'GET upload':
      xml(response, 'ListPartsResult', listParts(open, request));
      break;
    case 'HEAD object':
      head(open, request, response);
      break;
    case 'GET object':
      // Tags, of which there are none.
      xml(response, 'Tagging', '<TagSet></TagSet>');
      break;
    case 'POST object':
      begin(open, request, response);
      break;
    case 'POST upload':
      open.complete.set(path, open.begun.get(request.uploadId) ?? {});
      xml(response, 'CompleteMultipartUploadResult', '<ETag>"DONE"</ETag>');
      break;
    default:
      response.writeHead(400).end();
  }
}

function head(open: Store, { path }: Request, response: ServerResponse): void {
  // ali-oss asks without the bucket.
  const known = path.endsWith('/key') ? { etag: '"SOURCE"' } : open.complete.get(path);
  if (known === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-length': open.objectBytes,
    'content-type': 'binary/octet-stream',
    'last-modified': LAST_MODIFIED,
    etag: '"DONE"',
    ...known,
  });
  response.end();
}

/** Keeps the metadata, by which a client knows its own object again. */
function begin(open: Store, { message }: Request, response: ServerResponse): void {
  const uploadId = `upload-${open.begun.size + 1}`;
  const kept = Object.entries(message.headers).filter(([name]) =>
    PREFIXES.some((family) => name.startsWith(`${family}meta-`)),
  );
  open.begun.set(uploadId, Object.fromEntries(kept.map(([name, value]) => [name, `${value}`])));
  xml(response, 'InitiateMultipartUploadResult', `<UploadId>${uploadId}</UploadId>`);
}

function copyPart(open: Store, { message, query, uploadId }: Request, response: ServerResponse): void {
  const own = PREFIXES.find((family) => message.headers[`${family}copy-source`] !== undefined);
  const asked = `${message.headers[`${own}copy-source-range`]}`.replace('=', ' ');
  const range = parseContentRange(`${asked}/${open.objectBytes}`);
  const partNumber = Number(query.get('partNumber'));
  if (range === undefined) {
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
    xml(response, 'CopyPartResult', `<LastModified>${ISO_TIME}</LastModified>${etagElement(partNumber)}`, headers);
  }, open.latencyMs);
}

const ISO_TIME = '2024-03-05T06:07:08.000Z';

function listParts(open: Store, { query, uploadId }: Request): string {
  const after = Number(query.get('part-number-marker') ?? 0);
  const limit = Number(query.get('max-parts') ?? 1000);
  const later = [...partsOf(open, uploadId)].filter(([number]) => number > after).sort(([a], [b]) => a - b);
  const page = later.slice(0, limit);
  const parts = page.map(
    ([number, size]) =>
      `<Part><PartNumber>${number}</PartNumber>${etagElement(number)}<Size>${size}</Size>` +
      `<LastModified>${ISO_TIME}</LastModified></Part>`,
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
