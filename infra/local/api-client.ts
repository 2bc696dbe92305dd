import { setTimeout } from 'node:timers/promises';
import { CopyAccepted, CopyList, type CopyState, CopyStatus, Problem } from '@objectferry/shared/api.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { type Authorize, authorizeFor } from './api-authorize.ts';
import { type EndpointOptions, readEndpoint } from './api-endpoint.ts';

const TRIES = 5;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** API Gateway ends a request after 30 seconds. */
const TIMEOUT_MS = 35_000;
/** The same request may well succeed: throttling, and what a gateway says when nobody behind it answers. */
const AGAIN: readonly number[] = [429, 500, 502, 503, 504];

export interface ApiClientOptions extends Omit<EndpointOptions, 'hasToken'> {
  /** For JWT. */
  readonly token?: string | undefined;
  /** Gives up waiting, whatever is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds before another try, at most; for tests. */
  readonly longestPauseMs?: number | undefined;
}

/** The API of a local or a deployed copy service. Every call can be repeated, and is, so each may take a while. */
export interface ApiClient {
  /** Where it is, without a slash at its end. */
  readonly endpoint: string;
  /** @param idempotencyKey the same key never starts a second copy. */
  readonly submit: (request: unknown, idempotencyKey: string) => Promise<CopyAccepted>;
  readonly status: (id: string) => Promise<CopyStatus>;
  readonly list: (query: {
    readonly state?: CopyState | undefined;
    readonly limit?: number | undefined;
    readonly next?: string | undefined;
  }) => Promise<CopyList>;
  readonly stop: (id: string) => Promise<CopyAccepted>;
  readonly resume: (id: string) => Promise<CopyAccepted>;
}

/** What an API answered instead of what was asked for, by its problem document; or that it did not answer. */
export class ApiError extends Error {
  override readonly name: string;
  /** HTTP status of the answer, if there was one. */
  readonly status: number | undefined;

  constructor(name: string, sentence: string, status?: number, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.name = name;
    this.status = status;
  }
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A client of the API behind an endpoint.
 *
 * @throws CopyError InvalidRequest when the endpoint cannot be asked that way.
 */
export function createApiClient({ token, signal, longestPauseMs, ...options }: ApiClientOptions): ApiClient {
  const endpoint = readEndpoint({ ...options, hasToken: token !== undefined && token !== '' });
  const authorize = authorizeFor(endpoint.auth, token ?? '');
  const ask = async <Schema extends v.GenericSchema>(schema: Schema, call: Call): Promise<v.InferOutput<Schema>> => {
    const answer = await persist({ authorize, url: endpoint.url, signal, longestPauseMs }, call);
    return parse(schema, answer, `The answer of ${endpoint.url}`, 'IncompleteAnswer');
  };
  // An API that is newer than this client may say more than this client knows.
  const Accepted = v.object(CopyAccepted.entries);
  const Status = v.object(CopyStatus.entries);
  const List = v.object(CopyList.entries);
  return {
    endpoint: endpoint.url,
    submit: (request, idempotencyKey) =>
      ask(Accepted, {
        method: 'POST',
        path: '/copies',
        body: request,
        headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      }),
    status: (id) => ask(Status, { method: 'GET', path: `/copies/${encodeURIComponent(id)}` }),
    list: (query) => ask(List, { method: 'GET', path: `/copies${queryText(query)}` }),
    stop: (id) => ask(Accepted, { method: 'DELETE', path: `/copies/${encodeURIComponent(id)}` }),
    resume: (id) => ask(Accepted, { method: 'POST', path: `/copies/${encodeURIComponent(id)}/resume` }),
  };
}

function queryText(query: Readonly<Record<string, string | number | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? '' : `?${params}`;
}

interface Connection {
  readonly authorize: Authorize;
  readonly url: string;
  readonly signal: AbortSignal | undefined;
  readonly longestPauseMs: number | undefined;
}

/** Sends a call until it is answered for good. @throws ApiError */
async function persist(connection: Connection, call: Call): Promise<unknown> {
  const { signal, longestPauseMs = LONGEST_PAUSE_MS } = connection;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(connection, call);
    if ('body' in outcome) return outcome.body;
    if (!outcome.again || attempt === TRIES) throw outcome.failure;
    const pause = Math.max(outcome.askedMs, Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    await setTimeout(Math.min(pause, longestPauseMs), undefined, signal && { signal });
  }
}

type Outcome =
  | { readonly body: unknown }
  | {
      readonly failure: ApiError;
      readonly again: boolean;
      /** What the API asks to wait. */
      readonly askedMs: number;
    };

async function tryOnce(connection: Connection, call: Call): Promise<Outcome> {
  const answer = await send(connection, call).catch((error: unknown) => lost(error, connection));
  if (answer instanceof ApiError) return { failure: answer, again: true, askedMs: 0 };
  if (answer.ok) return { body: await readJson(answer) };
  const asked = Number(answer.headers.get('retry-after') ?? 0);
  return {
    failure: await problemOf(answer),
    again: AGAIN.includes(answer.status),
    askedMs: Number.isFinite(asked) ? asked * 1000 : 0,
  };
}

async function send({ authorize, url, signal }: Connection, { method, path, body, headers = {} }: Call) {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const request = await authorize({
    method,
    url: `${url}${path}`,
    headers: { accept: 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  // A redirect would carry the credentials to where its answer points.
  return fetch(request, { redirect: 'manual', signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
}

/** What a request without an answer means. Giving up, and credentials that are not there, are nothing to try again. */
function lost(error: unknown, { url, signal }: Connection): ApiError {
  if (signal?.aborted) throw signal.reason;
  if (error instanceof CopyError) throw error;
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new ApiError('Timeout', `${url} did not answer in ${TIMEOUT_MS / 1000} seconds.`, undefined, error);
  }
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = reason instanceof Error && 'code' in reason ? ` (${String(reason.code)})` : '';
  return new ApiError('Unreachable', `${url} cannot be reached${code}: is it running there?`, undefined, error);
}

async function readJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch (cause) {
    throw new CopyError('IncompleteAnswer', `${answer.url} did not answer JSON: is it an API of objectferry?`, {
      status: answer.status,
      cause,
    });
  }
}

async function problemOf(answer: Response): Promise<ApiError> {
  const { status } = answer;
  const text = await answer.text();
  const problem = v.safeParse(Problem, jsonOrUndefined(text));
  if (problem.success) return new ApiError(nameIn(problem.output.type), problem.output.detail, status);
  if (status === 401 || status === 403) {
    return new ApiError(
      'AccessDenied',
      `The API refused the credentials with status ${status}: check that they are right, not expired, and allowed to call it (execute-api:Invoke).`,
      status,
    );
  }
  return new ApiError('Unknown', `The API answered with status ${status}, which says nothing more.`, status);
}

/** The name that a relative URI of a problem ends with. */
function nameIn(type: string): string {
  return type.split(/[/#]/).at(-1) || 'Unknown';
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
