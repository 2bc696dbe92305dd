import { timingSafeEqual } from 'node:crypto';
import type { TemporaryAccount } from '../account.ts';
import type { Answer, WireRequest } from '../answer.ts';
import type { Target } from '../faults.ts';
import { parseQuery } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { algorithm, canonicalRequest, parseScope, sha256, sign, stringToSign } from '../s3/signature-v4.ts';

/** One request of the AWS JSON protocol. */
export interface JsonCall extends Target {
  readonly request: WireRequest;
  /** The document that was sent; not yet looked at. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Which service a request has to be signed for, and by whom. */
export interface JsonVerifierOptions {
  readonly service: string;
  readonly region: string;
  readonly accounts: readonly TemporaryAccount[];
  readonly now: () => Date;
}

const skewMs = 5 * 60 * 1000;
const contentType = 'application/x-amz-json-1.0';

/**
 * Reads a request: the operation stands in a header, the input is the body.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function readJsonCall(request: WireRequest, prefix: string): JsonCall {
  const [path] = request.target.split('?', 1);
  const [service, operation] = (request.headers.get('x-amz-target') ?? '').split('.');
  const isJson = request.headers.get('content-type')?.startsWith(contentType) === true;
  if (request.method !== 'POST' || path !== '/' || service !== prefix || operation === undefined || !isJson) {
    throw new Refusal(400, 'UnknownOperationException', '');
  }
  return { operation, request, input: readBody(request.body) };
}

function readBody(body: Buffer): JsonCall['input'] {
  const refusal = new Refusal(400, 'SerializationException', 'Start of structure or map found where not expected.');
  let input: unknown;
  try {
    input = JSON.parse(body.toString('utf8'));
  } catch {
    throw refusal;
  }
  if (!isRecord(input)) throw refusal;
  return input;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An answer of the protocol. */
export function jsonAnswer(document: object, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': contentType, ...headers }, body: JSON.stringify(document) };
}

/**
 * Verifies the signature of a request, which stands in its Authorization header.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createJsonVerifier(options: JsonVerifierOptions): (call: JsonCall) => void {
  return ({ request }) => {
    const authorization = request.headers.get('authorization');
    if (authorization === undefined) {
      throw new Refusal(400, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    const fields = authorizationFields(authorization);
    const [credential, signed, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
      fields.get(name),
    );
    const time = request.headers.get('x-amz-date');
    if (!credential || !signed || !signature || !time || !authorization.startsWith(`${algorithm} `)) {
      throw new Refusal(400, 'IncompleteSignatureException', 'Authorization header requires existence of its fields.');
    }
    const scope = parseScope(credential);
    const claimed = scope && `${scope.service} ${scope.region} ${scope.date} ${scope.terminator}`;
    if (!scope || claimed !== `${options.service} ${options.region} ${time.slice(0, 8)} aws4_request`) {
      throw new Refusal(
        400,
        'InvalidSignatureException',
        `Credential should be scoped to a valid region, not ${claimed}.`,
      );
    }
    refuseSkew(time, options);
    const account = findAccount(scope.accessKeyId, request.headers.get('x-amz-security-token'), options);
    const names = signed.split(';');
    const needed = ['host', 'x-amz-date', 'x-amz-target'];
    const query = parseQuery(request.target.split('?').slice(1).join('?'));
    const canonical = canonicalRequest(request, query, names, sha256(request.body));
    const expected = Buffer.from(sign(account.secretAccessKey, scope, stringToSign(time, scope, canonical)));
    const given = Buffer.from(signature);
    const whole = needed.every((name) => names.includes(name));
    if (!whole || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Refusal(
        400,
        'InvalidSignatureException',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      );
    }
  };
}

function authorizationFields(authorization: string): ReadonlyMap<string, string> {
  const fields = authorization.slice(algorithm.length).split(',');
  return new Map(
    fields.map((field) => {
      const [name = '', ...value] = field.trim().split('=');
      return [name, value.join('=')];
    }),
  );
}

function refuseSkew(time: string, { now }: JsonVerifierOptions): void {
  const [year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time)?.slice(1) ?? [];
  const sent = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Math.abs(sent - now().getTime()) <= skewMs) return;
  throw new Refusal(
    400,
    'InvalidSignatureException',
    `Signature expired: ${time} is now too far from the server's time.`,
  );
}

function findAccount(accessKeyId: string, token: string | undefined, { accounts, now }: JsonVerifierOptions) {
  const account = accounts.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (account === undefined || account.sessionToken !== token) {
    throw new Refusal(400, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (account.tokenExpiresAt !== undefined && account.tokenExpiresAt.getTime() <= now().getTime()) {
    throw new Refusal(400, 'ExpiredTokenException', 'The security token included in the request is expired');
  }
  return account;
}
