import { CopyError, withFacts } from '../../errors.ts';
import { encodePath, encodeQuery } from '../../http/encode.ts';
import { parseEndpoint } from '../../http/endpoint.ts';
import type { HttpAnswer, HttpRequest } from '../../http/transport.ts';
import type { Call, StoreContext } from '../provider.ts';
import type { OssConfig } from './config.ts';
import { errorOf, factsOf } from './errors.ts';
import { bucketProblem, keyProblem } from './limits.ts';
import { checkHeaders, type OssRequest } from './request.ts';
import type { Headers } from './sign.ts';
import { signV1 } from './sign-v1.ts';
import { signV4 } from './sign-v4.ts';

/** Sends one request and reads its answer. @throws CopyError for every answer that is not a success. */
export type Send = <Result>(request: OssRequest, read: (answer: HttpAnswer) => Result, call?: Call) => Promise<Result>;

/** Binds sending to one store: addressing, signing, the provider's clock. */
export function createSend(config: OssConfig, context: StoreContext): Send {
  const addressed = addressing(config);
  // Learned when OSS refuses our clock; 0 until then.
  let clockOffsetMs = 0;

  async function once(request: OssRequest, call: Call): Promise<HttpAnswer> {
    const credentials = await context.credentials();
    const now = new Date(context.now().getTime() + clockOffsetMs);
    const signable = { ...request, key: request.key ?? '' };
    const headers =
      config.signature === 'v1'
        ? signV1(signable, credentials, now)
        : signV4(signable, credentials, { region: config.region, now });
    return context.transport({
      ...addressed(request),
      headers: checked(headers),
      ...(request.body === undefined ? {} : { body: request.body }),
      timeoutMs: call.timeoutMs ?? request.timeoutMs,
      maxAnswerBytes: request.maxAnswerBytes,
      signal: call.signal,
    });
  }

  /** The one request that is sent twice: OSS did nothing yet when it refused the clock. */
  async function withClock(request: OssRequest, call: Call): Promise<HttpAnswer> {
    const answer = await once(request, call);
    if (answer.status !== 403 || errorOf(answer, request).facts.code !== 'RequestTimeTooSkewed') return answer;
    const offsetMs = Date.parse(answer.headers['date'] ?? '') - context.now().getTime();
    if (Number.isNaN(offsetMs)) return answer;
    clockOffsetMs = offsetMs;
    return once(request, call);
  }

  return async (request, read, call = {}) => {
    refuseNames(request);
    let answer: HttpAnswer | undefined;
    try {
      answer = await withClock(request, call);
      if (answer.status < 200 || answer.status > 299) throw errorOf(answer, request);
      return read(answer);
    } catch (error) {
      throw located(error, request, answer);
    }
  };
}

/** Adds operation and request id to an error whose thrower did not know them. */
function located(error: unknown, request: OssRequest, answer: HttpAnswer | undefined): unknown {
  if (!(error instanceof CopyError) || error.facts.provider !== undefined) return error;
  if (answer !== undefined) return withFacts(error, factsOf(answer, request));
  return withFacts(error, { provider: 'oss', operation: request.operation, partNumber: request.partNumber });
}

/** Names are checked before they get into a host name or a header. */
function refuseNames({ bucket, key, source }: OssRequest): void {
  const problem =
    bucketProblem(bucket) ??
    (key === undefined ? undefined : keyProblem(key)) ??
    (source === undefined ? undefined : (bucketProblem(source.bucket) ?? keyProblem(source.key)));
  if (problem !== undefined) throw new CopyError('InvalidRequest', problem, { provider: 'oss' });
}

function checked(headers: Headers): Headers {
  checkHeaders(headers);
  return headers;
}

type Addressed = Pick<HttpRequest, 'method' | 'origin' | 'target'>;

/** Path and query are encoded here and nowhere else; no URL object ever sees them. */
function addressing({ endpoint: text, addressing: style }: OssConfig): (request: OssRequest) => Addressed {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new CopyError('InvalidConfig', 'endpoint must be scheme, host and port only.');
  const { scheme, host, port } = endpoint;
  return ({ method, bucket, key, query }) => {
    const target = `/${encodePath(key ?? '')}${encodeQuery(query)}`;
    return style === 'path'
      ? { method, origin: `${scheme}://${host}${port}`, target: `/${bucket}${target}` }
      : { method, origin: `${scheme}://${bucket}.${host}${port}`, target };
  };
}
