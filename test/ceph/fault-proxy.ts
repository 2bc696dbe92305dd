import { Agent, request as ask, type IncomingMessage } from 'node:http';
import type { Answer, WireRequest } from '../emulators/answer.ts';
import { Content } from '../emulators/content.ts';
import type { Fault, FaultPlan } from '../emulators/fault-plan.ts';
import { createFaults, type FaultHit, type Target } from '../emulators/faults.ts';
import { serveOnLoopback } from '../emulators/http-server.ts';
import { insteadOfWork, spoil, withoutEtag } from '../emulators/spoil.ts';
import { inPath, readTarget } from '../emulators/target.ts';

/** A proxy in front of a real store that misbehaves by a seeded plan, and cannot sign. */
export interface FaultProxy extends AsyncDisposable {
  readonly endpoint: string;
  readonly faults: { readonly setPlan: (plan: FaultPlan) => void; readonly log: readonly FaultHit[] };
}

/** What belongs to one connection and not to the message. */
const HOP_BY_HOP: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding'];

/**
 * Starts a proxy. Requests go on exactly as they came, Host and all, because their signature covers it.
 *
 * @param before Told of every request before anything happens to it; the request waits for it.
 */
export async function startFaultProxy(
  upstream: string,
  before: (target: Target) => Promise<void> = async () => undefined,
): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const faults = createFaults();
  const server = await serveOnLoopback(async (request: WireRequest): Promise<Answer> => {
    const target = targetOf(request);
    await before(target);
    const { fault, latencyMs } = faults.next(target, request.id);
    return { ...(await carryOut(fault, () => forward(upstream, agent, request))), latencyMs };
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    faults,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      agent.destroy();
    },
  };
}

async function carryOut(fault: Fault | undefined, work: () => Promise<Answer>): Promise<Answer> {
  switch (fault?.kind) {
    case 'status':
      return { status: fault.status, headers: { ...XML, ...fault.headers }, body: errorDocument(fault.code) };
    case 'error-in-200': {
      const headers = fault.done ? withoutEtag(await work()).headers : {};
      return { status: 200, headers: { ...headers, ...XML }, body: errorDocument(fault.code) };
    }
    case 'repeated':
      await work();
      return work();
    case 'whole-object':
    case 'wrong-size':
      throw new TypeError(`A proxy without the key cannot cause ${fault.kind}.`);
    default:
      return insteadOfWork(fault) ?? spoil(await work(), fault);
  }
}

const XML = { 'content-type': 'application/xml' };

function errorDocument(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>The proxy was told to answer this.</Message><RequestId>proxy</RequestId></Error>`;
}

function forward(upstream: string, agent: Agent, { method, target, headers, body }: WireRequest): Promise<Answer> {
  const sent = [...headers]
    .filter(([name]) => !HOP_BY_HOP.includes(name))
    // Header values are bytes of UTF-8, which Node writes when they are dressed as Latin-1.
    .map(([name, value]) => [name, Buffer.from(value).toString('latin1')] as const);
  const { hostname, port } = new URL(upstream);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, agent, method, path: target, headers: Object.fromEntries(sent) };
    const request = ask(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(answerOf(response, Buffer.concat(chunks), method)));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function answerOf({ statusCode = 502, headers }: IncomingMessage, bytes: Buffer, method: string): Answer {
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    // The server counts bodies itself; the length in the answer to a HEAD is that of the object.
    value === undefined || HOP_BY_HOP.includes(name) || (name === 'content-length' && method !== 'HEAD')
      ? []
      : [[name, Buffer.from([value].flat().join(', '), 'latin1').toString()] as const],
  );
  const document = String(headers['content-type'] ?? '').includes('xml');
  const body = document ? bytes.toString() : { content: Content.ofBytes(bytes), offset: 0, length: bytes.length };
  return { status: statusCode, headers: Object.fromEntries(kept), body: bytes.length === 0 ? undefined : body };
}

/** Operations by method and the query that tells them apart; the first that fits. */
const OPERATIONS: readonly (readonly [operation: string, method: string, query?: string])[] = [
  ['CreateMultipartUpload', 'POST', 'uploads'],
  ['CompleteMultipartUpload', 'POST', 'uploadId'],
  ['ListMultipartUploads', 'GET', 'uploads'],
  ['ListParts', 'GET', 'uploadId'],
  ['GetObjectTagging', 'GET', 'tagging'],
  ['GetObject', 'GET'],
  ['HeadObject', 'HEAD'],
  ['AbortMultipartUpload', 'DELETE', 'uploadId'],
  ['DeleteObject', 'DELETE'],
];

/** What a request of the S3 dialect in path style is, in Amazon's words. */
function targetOf({ method, target, headers }: WireRequest): Target {
  const { rawPath, query } = readTarget(target);
  const number = query.get('partNumber');
  const copies = headers.has('x-amz-copy-source');
  const put = number === undefined ? (copies ? 'CopyObject' : 'PutObject') : copies ? 'UploadPartCopy' : 'UploadPart';
  const found = OPERATIONS.find(([, by, name]) => by === method && (name === undefined || query.has(name)));
  return {
    operation: method === 'PUT' ? put : (found?.[0] ?? method),
    ...inPath(rawPath),
    partNumber: number === undefined ? undefined : Number(number),
  };
}
