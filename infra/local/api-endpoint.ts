import { CopyError } from '@objectferry/shared/errors.ts';
import { quoted } from '../../shared/quoted.ts';

/** How an API wants to be asked. */
export type ApiAuth = { readonly kind: 'iam'; readonly region: string } | { readonly kind: 'jwt' | 'none' };

/** Where an API is, and how it wants to be asked. */
export interface ApiEndpoint {
  /** Without a slash at its end. */
  readonly url: string;
  readonly auth: ApiAuth;
}

export interface EndpointOptions {
  readonly endpoint: string;
  /** `iam`, `jwt` or `none`; undefined: what the endpoint suggests. */
  readonly auth?: string | undefined;
  readonly region?: string | undefined;
  /** True when there is a token for JWT. */
  readonly hasToken: boolean;
}

const EXECUTE_API = /^[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** True for a host name, as a URL has it, that does not leave this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/**
 * Decides how to ask an API, so that nothing secret ever goes anywhere but to https or this machine: nothing is sent to
 * loopback, a signature to an address of API Gateway, and a token only where one is given.
 *
 * @throws CopyError InvalidRequest with one sentence.
 */
export function readEndpoint(options: EndpointOptions): ApiEndpoint {
  const url = readUrl(options.endpoint);
  const auth = authFor(url, options);
  if (auth.kind !== 'none' && url.protocol !== 'https:' && !isLoopback(url.hostname)) {
    throw mistake(
      `--endpoint is ${url.origin}, and credentials are sent to https and to this machine only: use https.`,
    );
  }
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, auth };
}

function readUrl(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw mistake(
      `--endpoint is ${quoted(endpoint)}: give an address like http://127.0.0.1:4410 or the output of cdk deploy.`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw mistake('--endpoint must be an address alone, without a user, a query or a fragment.');
  }
  return url;
}

function authFor({ hostname }: URL, { auth, region, hasToken }: EndpointOptions): ApiAuth {
  const ofGateway = EXECUTE_API.exec(hostname)?.[1];
  switch (auth ?? suggested(hostname, ofGateway, hasToken)) {
    case 'none':
      return { kind: 'none' };
    case 'jwt':
      if (hasToken) return { kind: 'jwt' };
      throw mistake('--auth is jwt, but there is no token: set OBJECTFERRY_TOKEN in the environment.');
    case 'iam': {
      const known = region ?? ofGateway;
      if (known !== undefined) return { kind: 'iam', region: known };
      throw mistake(`${hostname} does not tell its AWS region, which a signature names: give it with --region.`);
    }
    case undefined:
      throw mistake(`${hostname} does not tell how it wants to be asked: give --auth iam, --auth jwt or --auth none.`);
    default:
      throw mistake(`--auth is ${quoted(String(auth))}: give iam, jwt or none.`);
  }
}

function suggested(hostname: string, ofGateway: string | undefined, hasToken: boolean): string | undefined {
  if (isLoopback(hostname)) return 'none';
  if (hasToken) return 'jwt';
  return ofGateway === undefined ? undefined : 'iam';
}

function mistake(sentence: string): CopyError {
  return new CopyError('InvalidRequest', sentence);
}
