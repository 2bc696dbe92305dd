import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { header, invalid, type ObsAccount, type ObsCall, own } from './context.ts';
import { amzDialect } from './dialect.ts';
import type { Lockout } from './lockout.ts';
import { signV2, stringToSignV2 } from './signature-v2.ts';
import { algorithmV4, canonicalRequestV4, parseClaim, signV4, stringToSignV4, type V4Claim } from './signature-v4.ts';

/** What the verifier knows. */
export interface VerifierOptions {
  readonly accounts: readonly ObsAccount[];
  readonly region: string;
  readonly now: () => Date;
  readonly lockout: Lockout;
}

/** What the emulator calculates for a request, to hold against what the client sent. */
interface Expectation {
  readonly signature: string;
  readonly fields: Readonly<Record<string, string>>;
}

const skewMs = 15 * 60 * 1000;

/** Verifies `OBS`, `AWS` and `AWS4-HMAC-SHA256`, and signed URLs of the first two, and says whose request it is. */
export function createVerifier(options: VerifierOptions): (call: ObsCall) => ObsAccount {
  return (call) => {
    const authorization = header(call, 'authorization');
    if (authorization === undefined) {
      return verifyUrl(call, options);
    }
    if (authorization.startsWith(`${algorithmV4} `)) {
      return verifyV4(call, authorization, options);
    }
    const [, scheme, accessKeyId = '', signature = ''] = /^(OBS|AWS) ([^:]+):(.+)$/.exec(authorization) ?? [];
    if (scheme === undefined) {
      throw invalid('InvalidArgument', 'Unsupported Authorization Type');
    }
    checkFamily(call, scheme === call.dialect.authScheme);
    return verifyV2(call, accessKeyId, signature, options);
  };
}

/** Headers of the other family would not be signed, so what they say cannot be trusted. */
function checkFamily(call: ObsCall, fits: boolean): void {
  const other = call.dialect === amzDialect ? 'x-obs-' : 'x-amz-';
  if (!fits || [...call.request.headers.keys()].some((name) => name.startsWith(other))) {
    throw invalid(
      'InvalidArgument',
      'OBS signatures go with x-obs- headers, AWS ones with x-amz- headers, never mixed.',
    );
  }
}

function denied(message: string): Refusal {
  return new Refusal(403, 'AccessDenied', message);
}

function verifyUrl(call: ObsCall, options: VerifierOptions): ObsAccount {
  const { query, dialect } = call;
  const accessKeyId = query.get(dialect.keyParameter);
  const signature = query.get('Signature');
  const expires = query.get('Expires');
  if (accessKeyId === undefined || signature === undefined || expires === undefined) {
    throw denied('Access Denied: the request is not signed.');
  }
  const account = findAccount(accessKeyId, query.get(`${dialect.prefix}security-token`), options);
  if (options.now().getTime() > Number(expires) * 1000) {
    throw denied('Request has expired');
  }
  compare(account, signature, [expectV2(call, account, expires)], options);
  return account;
}

function expectV2(call: ObsCall, account: ObsAccount, expires?: string): Expectation {
  const stringToSign = stringToSignV2(call, expires);
  return { signature: signV2(account.secretAccessKey, stringToSign), fields: { StringToSign: stringToSign } };
}

function verifyV2(call: ObsCall, accessKeyId: string, signature: string, options: VerifierOptions): ObsAccount {
  const account = findAccount(accessKeyId, own(call, 'security-token'), options);
  refuseSkew(parseTime(own(call, 'date') ?? header(call, 'date') ?? ''), options);
  compare(account, signature, [expectV2(call, account)], options);
  return account;
}

function verifyV4(call: ObsCall, authorization: string, options: VerifierOptions): ObsAccount {
  checkFamily(call, call.dialect === amzDialect);
  const claim = parseClaim(authorization);
  if (!claim) {
    throw new Refusal(400, 'AuthorizationHeaderMalformed', 'The authorization header you provided is malformed.');
  }
  if (claim.region !== options.region) {
    throw new Refusal(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${claim.region}' is wrong; expecting '${options.region}'`,
      { fields: { Region: options.region } },
    );
  }
  const account = findAccount(claim.accessKeyId, own(call, 'security-token'), options);
  const instant = parseTime(own(call, 'date') ?? header(call, 'date') ?? '');
  refuseSkew(instant, options);
  checkSignedHeaders(call, claim);
  checkPayload(call);
  const time = new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
  const forms = call.query.entries.some(([, value]) => value?.includes('/')) ? [false, true] : [false];
  const expected = forms.map((bareSlash): Expectation => {
    const canonicalRequest = canonicalRequestV4(call, claim, bareSlash);
    const stringToSign = stringToSignV4(time, claim, canonicalRequest);
    return {
      signature: signV4(account.secretAccessKey, claim, stringToSign),
      fields: { StringToSign: stringToSign, CanonicalRequest: canonicalRequest },
    };
  });
  compare(account, claim.signature, expected, options);
  return account;
}

function checkSignedHeaders(call: ObsCall, { signedHeaders }: V4Claim): void {
  const needed = ['host', ...[...call.request.headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  const unsigned = needed.filter((name) => !signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new Refusal(403, 'AccessDenied', 'There were headers present in the request which were not signed', {
      fields: { HeadersNotSigned: unsigned.join(', ') },
    });
  }
}

function checkPayload(call: ObsCall): void {
  const declared = own(call, 'content-sha256');
  if (declared === undefined) {
    throw invalid('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  if (declared.startsWith('STREAMING-')) {
    throw new Refusal(501, 'NotImplemented', 'The emulator does not read bodies that are signed in chunks.');
  }
  if (declared !== 'UNSIGNED-PAYLOAD' && declared !== createHash('sha256').update(call.request.body).digest('hex')) {
    throw new Refusal(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
}

/** Reads the form of HTTP dates and that of version 4. */
function parseTime(text: string): number {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
  const time = Date.parse(text.replace(basic, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time)) {
    throw denied('Authentication requires a valid Date header.');
  }
  return time;
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

function findAccount(accessKeyId: string, token: string | undefined, options: VerifierOptions): ObsAccount {
  const account = options.accounts.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (!account) {
    throw new Refusal(403, 'InvalidAccessKeyId', 'The access key Id you provided does not exist in our records.', {
      fields: { AWSAccessKeyId: accessKeyId },
    });
  }
  options.lockout.check(accessKeyId);
  if (account.sessionToken !== token) {
    throw new Refusal(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  if (account.tokenExpiresAt && account.tokenExpiresAt.getTime() <= options.now().getTime()) {
    throw new Refusal(400, 'ExpiredToken', 'The provided token has expired.');
  }
  return account;
}

function compare(
  account: ObsAccount,
  provided: string,
  expected: readonly Expectation[],
  { lockout }: VerifierOptions,
): void {
  const bytes = Buffer.from(provided);
  const matches = expected.some(({ signature }) => {
    const wanted = Buffer.from(signature);
    return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
  });
  if (matches) {
    lockout.right(account.accessKeyId);
    return;
  }
  lockout.wrong(account.accessKeyId);
  throw new Refusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { fields: { AWSAccessKeyId: account.accessKeyId, SignatureProvided: provided, ...expected[0]?.fields } },
  );
}
