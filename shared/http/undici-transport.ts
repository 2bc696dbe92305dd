import { lookup } from 'node:dns';
import { Agent, type Dispatcher, errors } from 'undici';
import { CopyError } from '../errors.ts';
import { guardedLookup } from './lookup.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

export interface TransportOptions {
  /** Connections per origin, each with one request at a time; further requests wait inside their own timeout. */
  readonly connectionsPerOrigin?: number | undefined;
  /** Time for a connection with its TLS handshake, in milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long an idle connection is kept, in milliseconds. */
  readonly keepAliveTimeoutMs?: number | undefined;
}

/** A transport that holds connections until it is closed. */
export type ClosableTransport = Transport & { close(): Promise<void> };

/**
 * A transport over undici's connection pools. Targets go out byte for byte: undici's top-level functions and `fetch`
 * pass them through WHATWG URL, which folds `.` and `..` segments, so that another object would be copied.
 *
 * @see https://undici.nodejs.org/#/docs/api/Dispatcher
 */
export function createTransport(options: TransportOptions = {}): ClosableTransport {
  const agent = new Agent({
    connections: options.connectionsPerOrigin ?? 256,
    pipelining: 1,
    // OSS closes idle connections after about a minute; a request sent just then would be lost.
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 20_000,
    allowH2: false,
    connect: { timeout: options.connectTimeoutMs ?? 10_000, lookup: guardedLookup(lookup) },
  });
  return Object.assign((request: HttpRequest) => send(agent, request), { close: () => agent.close() });
}

async function send(agent: Agent, request: HttpRequest): Promise<HttpAnswer> {
  request.signal?.throwIfAborted();
  // One timer bounds everything: waiting for a connection, the answer's head and its body.
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), request.timeoutMs);
  const signal = request.signal === undefined ? timer.signal : AbortSignal.any([request.signal, timer.signal]);
  let answered = false;
  try {
    const response = await agent.request(dispatchOptions(request, signal));
    answered = true;
    return {
      status: response.statusCode,
      headers: textHeaders(response.headers),
      body: await readBody(response.body, request.maxAnswerBytes),
    };
  } catch (error) {
    if (request.signal?.aborted === true) throw request.signal.reason;
    if (error instanceof CopyError) throw error;
    throw timer.signal.aborted ? timedOut(request.timeoutMs) : errorOf(error, answered);
  } finally {
    clearTimeout(timeout);
  }
}

function dispatchOptions(request: HttpRequest, signal: AbortSignal): Dispatcher.RequestOptions {
  return {
    origin: request.origin,
    path: request.target,
    method: request.method,
    headers: wireHeaders(request.headers),
    body: request.body ?? null,
    // Off, because a part copy may be silent for longer than undici's default of five minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
    signal,
  };
}

async function readBody(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    // Leaving the loop by an error destroys the stream and with it the connection.
    if (size > maxBytes) {
      throw new CopyError(
        'IncompleteAnswer',
        `The answer is larger than the ${maxBytes} bytes that are accepted here.`,
      );
    }
    chunks.push(chunk);
  }
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
}

/** undici writes and reads header values as Latin-1: each of its characters stands for one byte of UTF-8. */
function wireHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, toWire(value)]));
}

function toWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function textHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) texts[name] = fromWire(Array.isArray(value) ? value.join(', ') : value);
  }
  return texts;
}

function fromWire(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

function timedOut(timeoutMs: number): CopyError {
  return new CopyError('Timeout', `The whole answer did not arrive within ${timeoutMs} ms.`);
}

/**
 * The cause keeps undici's error, whose texts name addresses and codes but neither targets nor headers; only its code
 * goes into the sentence.
 */
function errorOf(error: unknown, answered: boolean): CopyError {
  const code = codeOf(error);
  const facts = { cause: error };
  const said = code === undefined ? '' : ` (${code})`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new CopyError('Timeout', `The connection timed out${said}.`, facts);
  }
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    // Without the cause: a parser error carries the bytes of the answer, and a mirror would send our headers back.
    return new CopyError('IncompleteAnswer', 'The answer is not valid HTTP.');
  }
  if (answered)
    return new CopyError('IncompleteAnswer', `The connection broke in the middle of the answer${said}.`, facts);
  if (code === 'UND_ERR_INVALID_ARG') {
    return new CopyError(
      'InvalidRequest',
      'The request cannot be written as HTTP: a header or the target is malformed.',
      facts,
    );
  }
  return new CopyError(
    'ConnectionLost',
    `The connection could not be made or broke before an answer came${said}.`,
    facts,
  );
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}
