import { lookup } from 'node:dns';
// The package's own entry brings fetch, caches and mocks along: a third of a handler's bundle.
import Agent from 'undici/lib/dispatcher/agent.js';
import { isForbiddenAddress, isLoopback } from './address.ts';
import { bareHost, parseEndpoint } from './endpoint.ts';
import { Exchange } from './exchange.ts';
import { guardedLookup } from './lookup.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';
import { forbidden } from './transport-errors.ts';
import { wireHeaders } from './wire-headers.ts';

/**
 * Connections beyond the requests in flight. One that has answered takes no request before the event loop has turned
 * once more, and twice if there is none to spare: 256 requests at a time on 256 connections take a tenth longer.
 */
export const SPARE_CONNECTIONS = 64;

export interface TransportOptions {
  /**
   * Connections per origin, each with one request at a time; further requests wait inside their own timeout. Default: for
   * 256 requests.
   */
  readonly connectionsPerOrigin?: number | undefined;
  /** Time for a connection with its TLS handshake, in milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long an idle connection is kept, in milliseconds. */
  readonly keepAliveTimeoutMs?: number | undefined;
  /**
   * Asked for every request: false refuses every address of this machine, also behind a name. In Lambda the runtime's
   * own API and the extensions listen there. Default: allowed.
   */
  readonly allowsLoopback?: (() => boolean) | undefined;
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
  const allowsLoopback = options.allowsLoopback ?? (() => true);
  const agent = new Agent({
    connections: options.connectionsPerOrigin ?? 256 + SPARE_CONNECTIONS,
    pipelining: 1,
    // OSS closes idle connections after about a minute; a request sent just then would be lost.
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 20_000,
    allowH2: false,
    connect: { timeout: options.connectTimeoutMs ?? 10_000, lookup: guardedLookup(lookup, allowsLoopback) },
  });
  const refuse = addressGuard(allowsLoopback);
  const guarded = async (request: HttpRequest): Promise<HttpAnswer> => {
    refuse(request.origin);
    return send(agent, request);
  };
  return Object.assign(guarded, { close: () => agent.close() });
}

/** More origins than this are not those of stores, and are looked at each time. */
const MOST_KNOWN = 64;

/** Refuses addresses that are written out, which never get to the lookup. */
function addressGuard(allowsLoopback: () => boolean): (origin: string) => void {
  const known = new Map<string, { readonly isForbidden: boolean; readonly isLocal: boolean }>();
  return (origin) => {
    const seen = known.get(origin) ?? judge(origin);
    if (known.size < MOST_KNOWN) known.set(origin, seen);
    if (seen.isForbidden || (seen.isLocal && !allowsLoopback())) throw forbidden();
  };
}

function judge(origin: string): { readonly isForbidden: boolean; readonly isLocal: boolean } {
  const endpoint = parseEndpoint(origin);
  const host = endpoint === undefined ? '' : bareHost(endpoint);
  return { isForbidden: isForbiddenAddress(host), isLocal: isLoopback(host) };
}

function send(agent: Agent, request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    request.signal?.throwIfAborted();
    const exchange = new Exchange(request, resolve, reject);
    // undici's own promises make a stream of every body; an answer here is one small document, or one range.
    agent.dispatch(dispatchOptions(request), exchange);
  });
}

function dispatchOptions(request: HttpRequest): Agent.DispatchOptions {
  return {
    origin: request.origin,
    path: request.target,
    method: request.method,
    headers: wireHeaders(request.headers),
    body: request.body ?? null,
    // undici closes a connection after each HEAD unless told otherwise, and every second request of a small copy is one.
    reset: false,
    // Off, because a part copy may be silent for longer than undici's default of five minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}
