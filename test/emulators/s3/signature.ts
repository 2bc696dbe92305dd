import { timingSafeEqual } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { accessDenied, header, invalidRequest, type S3Account, type S3Call } from './context.ts';
import { readPayload, unsignedPayload } from './payload.ts';
import { algorithm, type CredentialScope, canonicalRequest, parseScope, sign, stringToSign } from './signature-v4.ts';

/** What the verifier knows. */
export interface VerifierOptions {
  readonly accounts: readonly S3Account[];
  readonly region: string;
  readonly now: () => Date;
}

/** A request's claim about who sent it, wherever it stood. */
interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly time: string;
  readonly token: string | undefined;
  readonly payloadHash: string;
}

const skewMs = 15 * 60 * 1000;
const mostSeconds = 7 * 24 * 60 * 60;

/** Verifies SigV4 from headers and from the URL; leaves the account and the bare body in the call. */
export function createVerifier(options: VerifierOptions): (call: S3Call) => void {
  return (call) => {
    const authorization = header(call, 'authorization');
    const claim = authorization === undefined ? urlClaim(call, options) : headerClaim(call, authorization, options);
    const scope = checkedScope(claim, options);
    const account = findAccount(scope.accessKeyId, claim.token, options);
    checkSignedHeaders(call, claim);
    checkSignature(call, claim, scope, account);
    const signing = { secretAccessKey: account.secretAccessKey, scope, time: claim.time, seed: claim.signature };
    const { body, trailers } = readPayload(call, claim.payloadHash, signing);
    call.account = account;
    call.body = body;
    call.trailers = trailers;
  };
}

function malformed(message: string, fields: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal(400, 'AuthorizationHeaderMalformed', message, { fields });
}

function headerClaim(call: S3Call, authorization: string, options: VerifierOptions): Claim {
  if (!authorization.startsWith(`${algorithm} `)) {
    throw invalidRequest(`The authorization mechanism you have provided is not supported. Please use ${algorithm}.`);
  }
  const fields = new Map(
    authorization
      .slice(algorithm.length)
      .split(',')
      .map((field) => {
        const [name = '', ...value] = field.trim().split('=');
        return [name, value.join('=')];
      }),
  );
  const payloadHash = header(call, 'x-amz-content-sha256');
  if (payloadHash === undefined) {
    throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
  }
  const time = header(call, 'x-amz-date') ?? '';
  refuseSkew(parseTime(time), options);
  return {
    credential: fields.get('Credential') ?? '',
    signedHeaders: names(fields.get('SignedHeaders')),
    signature: fields.get('Signature') ?? '',
    time,
    token: header(call, 'x-amz-security-token'),
    payloadHash,
  };
}

function urlClaim(call: S3Call, options: VerifierOptions): Claim {
  const given = (name: string) => call.query.get(`X-Amz-${name}`);
  if (given('Algorithm') !== algorithm) {
    throw accessDenied();
  }
  const time = given('Date') ?? '';
  const begins = parseTime(time);
  const now = options.now().getTime();
  const seconds = Number(given('Expires'));
  if (!(seconds >= 1 && seconds <= mostSeconds)) {
    throw new Refusal(
      400,
      'AuthorizationQueryParametersError',
      `X-Amz-Expires must be a number of seconds between 1 and ${mostSeconds}.`,
    );
  }
  if (begins > now + skewMs) {
    throw accessDenied('Request is not yet valid');
  }
  if (now > begins + seconds * 1000) {
    throw new Refusal(403, 'AccessDenied', 'Request has expired', {
      fields: { 'X-Amz-Expires': String(seconds), ServerTime: new Date(now).toISOString() },
    });
  }
  return {
    credential: given('Credential') ?? '',
    signedHeaders: names(given('SignedHeaders')),
    signature: given('Signature') ?? '',
    time,
    token: given('Security-Token'),
    payloadHash: header(call, 'x-amz-content-sha256') ?? unsignedPayload,
  };
}

function names(list: string | undefined): readonly string[] {
  return (list ?? '').split(';').filter((name) => name !== '');
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html — the region is told, so that a client can sign again. */
function checkedScope({ credential, time }: Claim, { region }: VerifierOptions): CredentialScope {
  const scope = parseScope(credential);
  if (scope?.terminator !== 'aws4_request' || scope.service !== 's3') {
    throw malformed('The authorization header is malformed; the Credential is mal-formed.');
  }
  if (scope.region !== region) {
    throw malformed(
      `The authorization header is malformed; the region '${scope.region}' is wrong; expecting '${region}'`,
      { Region: region },
    );
  }
  if (scope.date !== time.slice(0, 8)) {
    throw malformed('The authorization header is malformed; the date of the Credential is not that of the request.');
  }
  return scope;
}

/** Host and everything of Amazon's own has to be covered, or it could be changed on the way. */
function checkSignedHeaders(call: S3Call, { signedHeaders }: Claim): void {
  const needed = ['host', ...[...call.request.headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  const missing = needed.filter((name) => !signedHeaders.includes(name));
  if (missing.length > 0) {
    throw new Refusal(403, 'AccessDenied', 'There were headers present in the request which were not signed', {
      fields: { HeadersNotSigned: missing.join(', ') },
    });
  }
}

function parseTime(time: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time)?.slice(1);
  if (!parts) {
    throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  }
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function refuseSkew(time: number, { now }: VerifierOptions): void {
  const current = now().getTime();
  if (Math.abs(current - time) > skewMs) {
    throw new Refusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        fields: {
          RequestTime: new Date(time).toISOString(),
          ServerTime: new Date(current).toISOString(),
          MaxAllowedSkewMilliseconds: String(skewMs),
        },
      },
    );
  }
}

function findAccount(accessKeyId: string, token: string | undefined, { accounts, now }: VerifierOptions): S3Account {
  const account = accounts.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (!account || (account.sessionToken !== undefined && token === undefined)) {
    // Amazon does not know a temporary key without its token.
    throw new Refusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      fields: { AWSAccessKeyId: accessKeyId },
    });
  }
  if (account.sessionToken !== token) {
    throw new Refusal(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  if (account.tokenExpiresAt && account.tokenExpiresAt.getTime() <= now().getTime()) {
    throw new Refusal(400, 'ExpiredToken', 'The provided token has expired.');
  }
  return account;
}

/** Compares in constant time out of habit, not of need: the secrets here are made up. */
function checkSignature(call: S3Call, claim: Claim, scope: CredentialScope, account: S3Account): void {
  const canonical = canonicalRequest(call.request, call.query, claim.signedHeaders, claim.payloadHash);
  const text = stringToSign(claim.time, scope, canonical);
  const provided = Buffer.from(claim.signature);
  const expected = Buffer.from(sign(account.secretAccessKey, scope, text));
  if (provided.length === expected.length && timingSafeEqual(provided, expected)) {
    return;
  }
  throw new Refusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      fields: {
        AWSAccessKeyId: account.accessKeyId,
        StringToSign: text,
        SignatureProvided: claim.signature,
        StringToSignBytes: [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
        CanonicalRequest: canonical,
      },
    },
  );
}
