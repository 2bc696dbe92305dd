import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ContentBody, WireRequest } from './answer.ts';

/** What a served emulator offers: its port, and an end. */
export interface LoopbackServer {
  readonly port: number;
  /** Stops listening and destroys the connections that are open, stalled ones too. */
  close(): Promise<void>;
}

/** Answers one request; what it throws is a fault of the emulator and becomes a 500 that says so. */
export type Responder = (request: WireRequest) => Answer;
/** One that has to ask somebody else first. */
export type SlowResponder = (request: WireRequest) => Promise<Answer>;

const keepAliveMs = 60_000;
const maxHeaderBytes = 64 * 1024;
const promisedBeyondBody = 64;

/** Serves a responder over HTTP on the loopback interface only. */
export async function serveOnLoopback(respond: Responder | SlowResponder, port = 0): Promise<LoopbackServer> {
  const closing = new AbortController();
  // Every answer that waits listens to it, and there may be hundreds.
  setMaxListeners(0, closing.signal);
  let lastId = 0;
  const server = createServer({ keepAlive: true, maxHeaderSize: maxHeaderBytes }, (message, response) => {
    lastId += 1;
    handle(lastId, message, response, respond, closing.signal).catch(() => response.destroy());
  });
  server.keepAliveTimeout = keepAliveMs;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  id: number,
  message: IncomingMessage,
  response: ServerResponse,
  respond: Responder | SlowResponder,
  closing: AbortSignal,
): Promise<void> {
  const answer = await safely(respond, {
    id,
    method: message.method ?? 'GET',
    target: message.url ?? '/',
    headers: readHeaders(message.rawHeaders),
    body: await readBody(message),
  });
  if (answer.latencyMs !== undefined) {
    await sleep(answer.latencyMs, undefined, { signal: closing });
  }
  await deliver(answer, message, response, closing);
}

async function safely(respond: Responder | SlowResponder, request: WireRequest): Promise<Answer> {
  try {
    return await respond(request);
  } catch (error) {
    const body = `the emulator itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    return { status: 500, headers: { 'content-type': 'text/plain' }, body };
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  // Most requests of a copy have none, and waiting for the end of nothing costs more than all else here.
  if (message.headers['content-length'] === '0') {
    message.resume();
    return Buffer.alloc(0);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(Buffer.from(chunk));
  }
  return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
}

/** Node reads header bytes as Latin-1; the providers take them as UTF-8. */
function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = recode(raw[i + 1] ?? '', 'latin1', 'utf8');
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** Reads a text's bytes in another encoding; plain ASCII, which nearly everything is, stays as it stands. */
function recode(text: string, from: 'latin1' | 'utf8', to: 'latin1' | 'utf8'): string {
  return /^[ -~]*$/.test(text) ? text : Buffer.from(text, from).toString(to);
}

async function deliver(
  answer: Answer,
  message: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const { delivery } = answer;
  if (delivery?.kind === 'silence') {
    await sleep(delivery.ms, undefined, { signal: closing });
  }
  if (delivery?.kind === 'reset' || delivery?.kind === 'silence') {
    message.socket.resetAndDestroy();
    return;
  }
  const bodyless = message.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  const body = bodyless ? undefined : asBytes(answer.body);
  const length = bodyLength(body);
  response.writeHead(answer.status, wireHeaders(answer, bodyless, promisedLength(delivery, length)));
  const cutAt = lengthBeforeCut(delivery, length);
  if (cutAt !== undefined) {
    await cutOff(response, body, cutAt);
    return;
  }
  if (delivery?.kind === 'reset-after') {
    // Not at once: Node never ends when a socket is reset inside the very callback that its last write ends in.
    response.on('close', () => setImmediate(() => message.socket.resetAndDestroy()));
  }
  if (delivery?.kind === 'stall') {
    response.flushHeaders();
    await sleep(delivery.ms, undefined, { signal: closing });
  }
  if (Buffer.isBuffer(body)) {
    response.end(body);
    return;
  }
  await send(response, body, length);
  response.end();
}

/** How much of the body goes out where the connection ends before what the headers promised. */
function lengthBeforeCut(delivery: Answer['delivery'], length: number): number | undefined {
  if (delivery?.kind === 'cut') {
    return Math.floor(length / 2);
  }
  return delivery?.kind === 'length' && delivery.bytes > 0 ? length : undefined;
}

/** What the headers say about the body, truly or not. */
function promisedLength(delivery: Answer['delivery'], length: number): number {
  switch (delivery?.kind) {
    case 'cut':
      return length + promisedBeyondBody;
    case 'length':
      return Math.max(0, length + delivery.bytes);
    default:
      return length;
  }
}

function asBytes(body: Answer['body']): Buffer | ContentBody | undefined {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

function bodyLength(body: Buffer | ContentBody | undefined): number {
  return body?.length ?? 0;
}

/** Values go out as UTF-8 bytes, which Node only lets through when they are dressed as Latin-1. */
function wireHeaders(answer: Answer, bodyless: boolean, length: number): [string, string][] {
  const headers: [string, string][] = Object.entries(answer.headers).map(([name, value]) => [
    name,
    recode(value, 'utf8', 'latin1'),
  ]);
  return bodyless || answer.chunked === true ? headers : [...headers, ['content-length', String(length)]];
}

/** So much of the body goes out and arrives, then the connection ends in the middle of what was promised. */
async function cutOff(response: ServerResponse, body: Buffer | ContentBody | undefined, length: number): Promise<void> {
  response.flushHeaders();
  await send(response, body, length);
  response.socket?.destroySoon();
}

async function send(response: ServerResponse, body: Buffer | ContentBody | undefined, length: number): Promise<void> {
  if (body === undefined || length === 0) {
    return;
  }
  if (Buffer.isBuffer(body)) {
    response.write(body.subarray(0, length));
    return;
  }
  for (const chunk of body.content.chunks(body.offset, length)) {
    if (response.destroyed) {
      return;
    }
    if (!response.write(chunk)) {
      await writable(response);
    }
  }
}

/** Resolves when the response takes more, or never will. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
