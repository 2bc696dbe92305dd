import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { header, type QingstorAccount, type QingstorCall } from './context.ts';

/** What the verifier knows. */
export interface VerifierOptions {
  readonly accounts: readonly QingstorAccount[];
  readonly now: () => Date;
}

const skewMs = 15 * 60 * 1000;

/** Parameters that are signed: https://docs.qingcloud.com/qingstor/api/common/signature.html */
const signedParameters = new Set(
  (
    'acl append cname cors delete image lifecycle logging mirror notification part_number policy position replication ' +
    'stats upload_id uploads response-cache-control response-content-disposition response-content-encoding ' +
    'response-content-language response-content-type response-expires'
  ).split(' '),
);

/** Verifies a signature from the header or from the URL, and says whose request it is. */
export function createVerifier(options: VerifierOptions): (call: QingstorCall) => QingstorAccount {
  return (call) => {
    const authorization = header(call, 'authorization');
    if (authorization === undefined) {
      return verifyUrl(call, options);
    }
    const [, accessKeyId = '', signature = ''] = /^QS ([^:]+):(.+)$/.exec(authorization) ?? [];
    if (signature === '') {
      throw new Refusal(400, 'invalid_argument', 'The Authorization header must read QS <access key id>:<signature>.');
    }
    const account = findAccount(accessKeyId, options);
    const ownDate = header(call, 'x-qs-date');
    const date = header(call, 'date') ?? '';
    refuseSkew(Date.parse(ownDate ?? date), options.now());
    compare(call, account, ownDate === undefined ? date : '', signature);
    return account;
  };
}

function verifyUrl(call: QingstorCall, options: VerifierOptions): QingstorAccount {
  const accessKeyId = call.query.get('access_key_id');
  const expires = call.query.get('expires');
  const signature = call.query.get('signature');
  if (accessKeyId === undefined || expires === undefined || signature === undefined) {
    throw new Refusal(403, 'permission_denied', 'The request is not signed, and this bucket is not public.');
  }
  const account = findAccount(accessKeyId, options);
  if (!(options.now().getTime() <= Number(expires) * 1000)) {
    throw expired('The signed URL has expired: sign a new one.');
  }
  compare(call, account, expires, signature);
  return account;
}

function findAccount(accessKeyId: string, { accounts }: VerifierOptions): QingstorAccount {
  const account = accounts.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (!account) {
    throw new Refusal(401, 'invalid_access_key_id', 'The access key id you provided does not exist.');
  }
  return account;
}

function expired(message: string): Refusal {
  return new Refusal(403, 'request_expired', message);
}

/** A date that cannot be read is not within the tolerance either. */
function refuseSkew(time: number, now: Date): void {
  if (!(Math.abs(now.getTime() - time) <= skewMs)) {
    throw expired('The date of the request differs from the server time by more than 15 minutes.');
  }
}

/** What a client may sign for this request; there are two forms where the SDKs disagree. */
function stringsToSign(call: QingstorCall, dateLine: string): readonly string[] {
  const { method, headers } = call.request;
  const own = [...headers]
    .filter(([name]) => name.startsWith('x-qs-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('');
  const fixed = `${headers.get('content-md5') ?? ''}\n${headers.get('content-type') ?? ''}\n${dateLine}\n${own}`;
  return resources(call).map((resource) => `${method}\n${fixed}${resource}`);
}

/**
 * The path as it was sent, with the bucket in front where the host names it, and the signed parameters with decoded values. For
 * a bucket in virtual-host style Go signs `/bucket/` and JavaScript `/bucket`, both for the path `/`.
 */
function resources({ bucket, query, wirePath, pathStyle }: QingstorCall): readonly string[] {
  const parameters = query.entries
    .filter(([name]) => signedParameters.has(name))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${value}`))
    .sort()
    .join('&');
  const suffix = parameters === '' ? '' : `?${parameters}`;
  if (pathStyle) {
    return [`${wirePath}${suffix}`];
  }
  const paths = wirePath === '/' ? [`/${bucket}/`, `/${bucket}`] : [`/${bucket}${wirePath}`];
  return paths.map((path) => `${path}${suffix}`);
}

/** Compares in constant time out of habit, not of need: the secrets here are made up. */
function compare(call: QingstorCall, account: QingstorAccount, dateLine: string, provided: string): void {
  const given = Buffer.from(provided);
  const matches = stringsToSign(call, dateLine).some((text) => {
    const expected = Buffer.from(createHmac('sha256', account.secretAccessKey).update(text).digest('base64'));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!matches) {
    throw new Refusal(
      401,
      'signature_not_matched',
      'The signature does not match the one we calculated: check the secret access key and the way of signing.',
    );
  }
}
