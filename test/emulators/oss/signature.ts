import { timingSafeEqual } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { header, type OssAccount, type OssCall } from './context.ts';
import { signV1, stringToSignV1 } from './signature-v1.ts';
import {
  algorithmV4,
  type CredentialScope,
  canonicalRequestV4,
  parseScope,
  signV4,
  stringToSignV4,
  unsignedPayload,
} from './signature-v4.ts';

/** What the verifier knows. */
export interface VerifierOptions {
  readonly accounts: readonly OssAccount[];
  readonly region: string;
  readonly now: () => Date;
}

/** A request's claim about who sent it, wherever it stood. */
interface V4Claim {
  readonly credential: string;
  readonly additionalHeaders: readonly string[];
  readonly signature: string;
}

const skewMs = 15 * 60 * 1000;

/** Verifies V1 and V4, from headers and from the URL, and says whose request it is. */
export function createVerifier(options: VerifierOptions): (call: OssCall) => OssAccount {
  return (call) => {
    const authorization = header(call, 'authorization');
    if (authorization === undefined) {
      return verifyUrl(call, options);
    }
    if (authorization.startsWith(`${algorithmV4} `)) {
      return verifyV4Header(call, authorization, options);
    }
    const v1 = /^OSS ([^:]+):(.+)$/.exec(authorization);
    if (v1) {
      return verifyV1Header(call, v1[1] ?? '', v1[2] ?? '', options);
    }
    throw invalid('Authorization header is invalid.');
  };
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'InvalidArgument', message);
}

function denied(message: string): Refusal {
  return new Refusal(403, 'AccessDenied', message);
}

function verifyUrl(call: OssCall, options: VerifierOptions): OssAccount {
  if (call.query.get('x-oss-signature-version') === algorithmV4) {
    return verifyV4Url(call, options);
  }
  const accessKeyId = call.query.get('OSSAccessKeyId');
  const signature = call.query.get('Signature');
  const expires = call.query.get('Expires');
  if (accessKeyId === undefined || signature === undefined || expires === undefined) {
    throw denied('You are forbidden to access this bucket: the request is not signed.');
  }
  const account = findAccount(accessKeyId, call.query.get('security-token'), options);
  if (options.now().getTime() > Number(expires) * 1000) {
    throw denied('Request has expired.');
  }
  const stringToSign = stringToSignV1(call, expires);
  compare(account, signature, stringToSign, signV1(account.secretAccessKey, stringToSign));
  return account;
}

function verifyV1Header(call: OssCall, accessKeyId: string, signature: string, options: VerifierOptions): OssAccount {
  const account = findAccount(accessKeyId, header(call, 'x-oss-security-token'), options);
  const date = header(call, 'date') ?? header(call, 'x-oss-date') ?? '';
  const time = Date.parse(date);
  if (Number.isNaN(time)) {
    throw denied('OSS authentication requires a valid Date.');
  }
  refuseSkew(time, options);
  const stringToSign = stringToSignV1(call, date);
  compare(account, signature, stringToSign, signV1(account.secretAccessKey, stringToSign));
  return account;
}

function verifyV4Header(call: OssCall, authorization: string, options: VerifierOptions): OssAccount {
  const fields = new Map(
    authorization
      .slice(algorithmV4.length)
      .split(',')
      .map((field) => {
        const [name = '', ...value] = field.trim().split('=');
        return [name, value.join('=')];
      }),
  );
  if (header(call, 'x-oss-content-sha256') !== unsignedPayload) {
    throw invalid('The x-oss-content-sha256 header must be UNSIGNED-PAYLOAD.');
  }
  const time = header(call, 'x-oss-date') ?? '';
  refuseSkew(parseTime(time), options);
  const claim: V4Claim = {
    credential: fields.get('Credential') ?? '',
    additionalHeaders: additionalNames(fields.get('AdditionalHeaders')),
    signature: fields.get('Signature') ?? '',
  };
  return verifyV4(call, claim, time, header(call, 'x-oss-security-token'), options);
}

function verifyV4Url(call: OssCall, options: VerifierOptions): OssAccount {
  const time = call.query.get('x-oss-date') ?? '';
  const begins = parseTime(time);
  const now = options.now().getTime();
  if (begins > now + skewMs) {
    throw skewed(begins, now);
  }
  if (now > begins + Number(call.query.get('x-oss-expires') ?? '0') * 1000) {
    throw denied('Request has expired.');
  }
  const claim: V4Claim = {
    credential: call.query.get('x-oss-credential') ?? '',
    additionalHeaders: additionalNames(call.query.get('x-oss-additional-headers')),
    signature: call.query.get('x-oss-signature') ?? '',
  };
  return verifyV4(call, claim, time, call.query.get('x-oss-security-token'), options);
}

function additionalNames(list: string | undefined): readonly string[] {
  return list === undefined || list === '' ? [] : list.toLowerCase().split(';');
}

function verifyV4(
  call: OssCall,
  claim: V4Claim,
  time: string,
  token: string | undefined,
  options: VerifierOptions,
): OssAccount {
  const scope = checkedScope(claim.credential, time, options);
  const account = findAccount(scope.accessKeyId, token, options);
  const canonicalRequest = canonicalRequestV4(call, claim.additionalHeaders);
  const stringToSign = stringToSignV4(time, scope, canonicalRequest);
  compare(account, claim.signature, stringToSign, signV4(account.secretAccessKey, scope, stringToSign), {
    CanonicalRequest: canonicalRequest,
  });
  return account;
}

/** Which code OSS gives for a wrong region is not documented; a sentence that names the region is what clients can act on. */
function checkedScope(credential: string, time: string, { region }: VerifierOptions): CredentialScope {
  const scope = parseScope(credential);
  if (scope?.terminator !== 'aliyun_v4_request' || scope.product !== 'oss') {
    throw invalid('Invalid credential in Authorization header.');
  }
  if (scope.region !== region) {
    throw invalid(`Invalid signing region in Authorization header: this endpoint serves ${region}.`);
  }
  if (scope.date !== time.slice(0, 8)) {
    throw invalid('Invalid signing date in Authorization header.');
  }
  return scope;
}

function parseTime(time: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time)?.slice(1);
  if (!parts) {
    throw denied('OSS authentication requires a valid x-oss-date.');
  }
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function skewed(time: number, now: number): Refusal {
  return new Refusal(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      fields: {
        MaxAllowedSkewMilliseconds: String(skewMs),
        RequestTime: new Date(time).toISOString(),
        ServerTime: new Date(now).toISOString(),
      },
    },
  );
}

function refuseSkew(time: number, { now }: VerifierOptions): void {
  const current = now().getTime();
  if (Math.abs(current - time) > skewMs) {
    throw skewed(time, current);
  }
}

function findAccount(accessKeyId: string, token: string | undefined, { accounts, now }: VerifierOptions): OssAccount {
  const account = accounts.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (!account) {
    throw new Refusal(403, 'InvalidAccessKeyId', 'The OSS Access Key Id you provided does not exist in our records.', {
      fields: { OSSAccessKeyId: accessKeyId },
    });
  }
  if (account.sessionToken !== token) {
    throw new Refusal(403, 'InvalidSecurityToken', 'The security token you provided is invalid.');
  }
  if (account.tokenExpiresAt && account.tokenExpiresAt.getTime() <= now().getTime()) {
    throw new Refusal(403, 'SecurityTokenExpired', 'The security token you provided has expired.');
  }
  return account;
}

/** Compares in constant time out of habit, not of need: the secrets here are made up. */
function compare(
  account: OssAccount,
  provided: string,
  stringToSign: string,
  expected: string,
  fields: Readonly<Record<string, string>> = {},
): void {
  const a = Buffer.from(provided);
  const b = Buffer.from(expected);
  if (a.length === b.length && timingSafeEqual(a, b)) {
    return;
  }
  throw new Refusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      fields: {
        OSSAccessKeyId: account.accessKeyId,
        SignatureProvided: provided,
        StringToSign: stringToSign,
        StringToSignBytes: [...Buffer.from(stringToSign)].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
        ...fields,
      },
    },
  );
}
