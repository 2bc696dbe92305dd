import { type Credentials, sameKeys } from '../../credentials.ts';
import { CopyError, withFacts } from '../../errors.ts';
import { encodePath, encodeQuery } from '../../http/encode.ts';
import { parseEndpoint } from '../../http/endpoint.ts';
import type { HttpAnswer, HttpRequest } from '../../http/transport.ts';
import type { Call, StoreConfig, StoreContext } from '../provider.ts';
import type { Dialect } from './dialect.ts';
import { withoutSecrets } from './redact.ts';
import { checkHeaders, type Headers, type StoreRequest } from './request.ts';

/** Sends one request and reads its answer. @throws CopyError for every answer that is not a success. */
export type Send = <Result>(
  request: StoreRequest,
  read: (answer: HttpAnswer) => Result,
  call?: Call,
) => Promise<Result>;

/** A request with the place it goes to. */
export interface AddressedRequest extends StoreRequest {
  /** As the Host header has it: without the scheme's own port. */
  readonly host: string;
  /** Percent-encoded, as on the wire: with the bucket in path style, without it in front of a virtual host. */
  readonly path: string;
}

/** What sending needs to know of a provider. */
export interface Sender {
  readonly config: Pick<StoreConfig, 'endpoint' | 'addressing'>;
  readonly context: StoreContext;
  readonly dialect: Dialect;
  /** All headers of the request, the signature among them. */
  readonly sign: (request: AddressedRequest, credentials: Credentials, now: Date) => Headers;
  readonly bucketProblem: (bucket: string) => string | undefined;
  /** Says why a bucket that exists cannot be addressed at this store; the source of a copy need not be. */
  readonly addressProblem?: (bucket: string) => string | undefined;
  readonly keyProblem: (key: string) => string | undefined;
}

/** Every provider of the dialect refuses a clock that is 15 minutes off. */
const MOST_APART_MS = 14 * 60_000;

/** Binds sending to one store: addressing, signing, the provider's clock. */
export function createSend(sender: Sender): Send {
  const { context, dialect } = sender;
  const address = addressing(sender.config);
  // Learned when the provider refuses our clock; 0 until then.
  let clockOffsetMs = 0;

  async function once(request: StoreRequest, credentials: Credentials, call: Call): Promise<Exchange> {
    const now = new Date(context.now().getTime() + clockOffsetMs);
    const { origin, ...addressed } = address(request);
    const headers = sender.sign({ ...request, ...addressed }, credentials, now);
    checkHeaders(headers);
    const answer = await context.transport({
      method: request.method,
      origin,
      target: `${addressed.path}${encodeQuery(request.query)}`,
      headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      timeoutMs: call.timeoutMs ?? request.timeoutMs,
      maxAnswerBytes: request.maxAnswerBytes,
      signal: call.signal,
    });
    return { answer, concealed: () => withoutSecrets(answer, headers, credentials) };
  }

  /** A request is sent twice only where the provider did nothing yet: it refused the clock, or the keys. */
  async function withClock(request: StoreRequest, credentials: Credentials, call: Call): Promise<Exchange> {
    const exchange = await once(request, credentials, call);
    const { answer } = exchange;
    if (answer.status !== 403) return exchange;
    const offsetMs = Date.parse(answer.headers['date'] ?? '') - context.now().getTime();
    const { code } = dialect.errorOf(answer, request).facts;
    if (Number.isNaN(offsetMs) || !isClockRefused(code, request, dialect, offsetMs - clockOffsetMs)) return exchange;
    clockOffsetMs = offsetMs;
    return once(request, credentials, call);
  }

  /**
   * Keys that were rotated, or a token that ended, in the middle of a copy. The same keys are not sent again: some
   * providers lock out a key that signs wrongly several times.
   */
  async function withKeys(request: StoreRequest, call: Call): Promise<Exchange> {
    const credentials = await context.credentials();
    const exchange = await withClock(request, credentials, call);
    const { answer } = exchange;
    if (answer.status < 400 || !areKeysRefused(answer, request, dialect)) return exchange;
    // Who cannot be asked just now has not said that the keys are others: the refusal stands.
    const fresh = await context.credentials(credentials).catch(() => credentials);
    return sameKeys(fresh, credentials) ? exchange : withClock(request, fresh, call);
  }

  return async (request, read, call = {}) => {
    refuseNames(request, sender);
    let exchange: Exchange | undefined;
    try {
      exchange = await withKeys(request, call);
      const { status } = exchange.answer;
      if (status < 200 || status > 299) throw dialect.errorOf(exchange.concealed(), request);
      return readFrom(exchange, read);
    } catch (error) {
      throw located(error, request, exchange?.concealed(), dialect);
    }
  };
}

/** An answer, and what may be told of it. */
interface Exchange {
  readonly answer: HttpAnswer;
  /** The same without the secrets that the request carried. */
  readonly concealed: () => HttpAnswer;
}

/** An error about an answer may quote it, so it is made anew from what may be told. */
function readFrom<Result>({ answer, concealed }: Exchange, read: (answer: HttpAnswer) => Result): Result {
  try {
    return read(answer);
  } catch (error) {
    if (error instanceof CopyError) read(concealed());
    throw error;
  }
}

/** S3 refuses a HEAD without a word: there, two clocks that are further apart than any provider allows say it. */
function isClockRefused(
  code: string | undefined,
  { method }: StoreRequest,
  { clockSkewCode }: Dialect,
  apartMs: number,
): boolean {
  if (code !== undefined) return code === clockSkewCode;
  return method === 'HEAD' && Math.abs(apartMs) > MOST_APART_MS;
}

/** S3 refuses a HEAD without a word here, too; its status for a token that ended is 400. */
function areKeysRefused(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): boolean {
  const { name, facts } = dialect.errorOf(answer, request);
  const wordless = request.method === 'HEAD' && facts.code === undefined && [400, 401, 403].includes(answer.status);
  return name === 'Unauthenticated' || wordless;
}

/** Adds operation and request id to an error whose thrower did not know them. */
function located(error: unknown, request: StoreRequest, answer: HttpAnswer | undefined, dialect: Dialect): unknown {
  if (!(error instanceof CopyError) || error.facts.provider !== undefined) return error;
  if (answer !== undefined) return withFacts(error, dialect.factsOf(answer, request));
  const { operation, partNumber } = request;
  return withFacts(error, { provider: dialect.provider, operation, partNumber });
}

/** Names are checked before they get into a host name or a header. */
function refuseNames({ bucket, key, source }: StoreRequest, sender: Sender): void {
  const { bucketProblem, addressProblem, keyProblem, dialect } = sender;
  const problem =
    bucketProblem(bucket) ??
    addressProblem?.(bucket) ??
    (key === undefined ? undefined : keyProblem(key)) ??
    (source === undefined ? undefined : (bucketProblem(source.bucket) ?? keyProblem(source.key)));
  if (problem !== undefined) throw new CopyError('InvalidRequest', problem, { provider: dialect.provider });
}

type Addressed = Pick<HttpRequest, 'origin'> & Pick<AddressedRequest, 'host' | 'path'>;

/** The path is encoded here and nowhere else; no URL object ever sees it. */
function addressing({ endpoint: text, addressing: style }: Sender['config']): (request: StoreRequest) => Addressed {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new CopyError('InvalidConfig', 'endpoint must be scheme, host and port only.');
  const { scheme, host, port } = endpoint;
  return ({ bucket, key }) => {
    const path = `/${encodePath(key ?? '')}`;
    const [name, wirePath] = style === 'path' ? [host, `/${bucket}${path}`] : [`${bucket}.${host}`, path];
    return { origin: `${scheme}://${name}${port}`, host: `${name}${port}`, path: wirePath };
  };
}
