import * as v from 'valibot';
import { CopyError, type ErrorFacts, type ErrorName } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { parseXml } from '../../http/xml.ts';
import type { OssRequest } from './request.ts';

/**
 * What each code of OSS means to a copy.
 *
 * @see https://www.alibabacloud.com/help/en/oss/support/http-400-status-code
 */
const BY_CODE: Readonly<Record<string, ErrorName>> = {
  NoSuchKey: 'SourceNotFound',
  NoSuchVersion: 'SourceNotFound',
  SymlinkTargetNotExist: 'SourceNotFound',
  NoSuchBucket: 'BucketNotFound',
  NoSuchUpload: 'UploadGone',
  FileImmutable: 'Immutable',
  FileAlreadyExists: 'DestinationExists',
  InvalidObjectState: 'SourceArchived',
  ObjectNotAppendable: 'SourceNotCopyable',
  PreconditionFailed: 'PreconditionFailed',
  NotModified: 'PreconditionFailed',
  AccessDenied: 'AccessDenied',
  UserDisable: 'AccessDenied',
  InvalidAccessKeyId: 'Unauthenticated',
  SignatureDoesNotMatch: 'Unauthenticated',
  SecurityTokenExpired: 'Unauthenticated',
  InvalidSecurityToken: 'Unauthenticated',
  RequestTimeTooSkewed: 'Unauthenticated',
  SecondLevelDomainForbidden: 'InvalidConfig',
  EntityTooLarge: 'TooLarge',
  RequestTimeout: 'Timeout',
  // The bytes were damaged on the way to OSS: the damage of a cut answer in the other direction, and worth another try.
  InvalidDigest: 'IncompleteAnswer',
  // The parts at OSS are not the parts that were copied. Another try of the same completion cannot help.
  InvalidPart: 'ChecksumMismatch',
  FilePartNotExist: 'ChecksumMismatch',
  // Only a range beyond the end gets this, and ranges are made from the size that was read before.
  InvalidRange: 'SourceChanged',
  InvalidArgument: 'InvalidRequest',
  InvalidBucketName: 'InvalidRequest',
  InvalidObjectName: 'InvalidRequest',
  InvalidEncryptionAlgorithmError: 'InvalidRequest',
  KmsServiceNotEnabled: 'InvalidRequest',
  InternalError: 'ProviderUnavailable',
  ServiceUnavailable: 'ProviderUnavailable',
};

/** "The version id names a delete marker": https://www.alibabacloud.com/help/en/oss/support/0016-00000307 */
const DELETE_MARKER_EC = '0016-00000307';

const documentSchema = v.object({
  Code: v.optional(v.string(), ''),
  Message: v.optional(v.string(), ''),
  RequestId: v.optional(v.string()),
  EC: v.optional(v.string()),
  Endpoint: v.optional(v.string()),
});

type Problem = v.InferOutput<typeof documentSchema> & { readonly status: number };

/**
 * Names a failed answer from the closed list: by OSS's code, by its text where codes are ambiguous, and by status
 * where there is no error document, as from a proxy. Nothing of the request but bucket, key and version gets into it.
 */
export function errorOf(answer: HttpAnswer, request: OssRequest): CopyError {
  const document = documentOf(answer);
  const problem = { ...document, status: answer.status };
  const name = nameOf(problem, answer, request);
  return new CopyError(name, summaryOf(name, problem, request), {
    ...factsOf(answer, request),
    code: clean(document.Code) || undefined,
    requestIds: idsOf(answer, document.RequestId, document.EC),
    retryAfterMs: retryAfterMs(answer),
  });
}

/** What every error about an answer says besides its name. */
export function factsOf(answer: HttpAnswer, { operation, partNumber }: OssRequest): ErrorFacts {
  return { provider: 'oss', operation, partNumber, status: answer.status, requestIds: idsOf(answer) };
}

function nameOf(problem: Problem, answer: HttpAnswer, request: OssRequest): ErrorName {
  return (
    throttleName(problem, answer) ??
    deleteMarkerName(problem, answer, request) ??
    textName(problem) ??
    operationName(problem, request) ??
    byCode(problem.Code) ??
    statusName(problem.status, request)
  );
}

function byCode(code: string): ErrorName | undefined {
  return Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}

/** The header counts for failures of the service only: it also stands on answers that were merely slowed down. */
function throttleName({ status, Code }: Problem, { headers }: HttpAnswer): ErrorName | undefined {
  if (status === 429 || /Qps|RateLimit|SlowDown|TooManyRequests/i.test(Code)) return 'Throttled';
  return status >= 500 && headers['x-oss-qos-delay-time'] !== undefined ? 'Throttled' : undefined;
}

/** Without a version 404, with one 400 for copies and 404 or 405 for reads (OSS-2, OSS-4). */
function deleteMarkerName(problem: Problem, { headers }: HttpAnswer, request: OssRequest): ErrorName | undefined {
  if (request.source === undefined) return undefined;
  const isMarker = isDeleteMarker(problem) || headers['x-oss-delete-marker'] === 'true' || problem.status === 405;
  return isMarker ? 'SourceNotFound' : undefined;
}

function isDeleteMarker({ status, EC, Message }: Problem): boolean {
  return status === 405 || EC === DELETE_MARKER_EC || /delete ?marker/i.test(Message);
}

/** The refusals for which OSS documents no code of their own. */
function textName({ status, Code, Message, Endpoint }: Problem): ErrorName | undefined {
  if (/specified is immutable/i.test(Message)) return 'Immutable';
  if (/signing region/i.test(Message)) return 'InvalidConfig';
  if (status !== 400 && status !== 403 && status !== 409) return undefined;
  if (/appendable/i.test(Message) || /ObjectType/i.test(Code)) return 'SourceNotCopyable';
  if (Code === 'AccessDenied' && Endpoint !== undefined) return 'RegionMismatch';
  const namesPlace = /data ?cent(?:er|re)|same (?:region|location)|cross[- ]region|specified endpoint/i.test(Message);
  return namesPlace || /(?:Region|Location|Endpoint)(?:Mismatch|NotMatch)|CrossRegion/i.test(Code)
    ? 'RegionMismatch'
    : undefined;
}

/** Said of an archive bucket when an object is read from it (OSS-17), and of anything else that OSS cannot do. */
function operationName({ Code }: Problem, { source }: OssRequest): ErrorName | undefined {
  if (Code !== 'OperationNotSupported') return undefined;
  return source === undefined ? 'Unsupported' : 'SourceArchived';
}

function statusName(status: number, { method, source }: OssRequest): ErrorName {
  // A part copy answers 404 for a missing source and for a missing upload: without a code nobody knows which.
  const readsOnly = source !== undefined && (method === 'HEAD' || method === 'GET');
  if (status === 404) return readsOnly ? 'SourceNotFound' : 'Unknown';
  // OSS redirects nobody in its own region; redirects are never followed.
  if (status >= 300 && status < 400 && status !== 304) return 'RegionMismatch';
  if (status >= 500) return 'ProviderUnavailable';
  return BY_STATUS.get(status) ?? 'Unknown';
}

const BY_STATUS: ReadonlyMap<number, ErrorName> = new Map([
  [200, 'IncompleteAnswer'],
  [304, 'PreconditionFailed'],
  [401, 'Unauthenticated'],
  [403, 'AccessDenied'],
  [408, 'Timeout'],
  [412, 'PreconditionFailed'],
  [416, 'SourceChanged'],
]);

function summaryOf(name: ErrorName, problem: Problem, request: OssRequest): string {
  const target = named(request);
  const source = request.source === undefined ? target : named(request.source);
  if (name === 'SourceNotFound' && isDeleteMarker(problem))
    return `The version asked for of ${source} is a delete marker.`;
  const sentence = SENTENCES[name];
  if (sentence !== undefined) return sentence(source, target);
  const said = clean(problem.Message);
  return `OSS refused ${request.operation} for ${target}${said === '' ? '.' : `: ${said}`}`;
}

const SENTENCES: Readonly<Partial<Record<ErrorName, (source: string, target: string) => string>>> = {
  Throttled: () => 'OSS asks for fewer requests.',
  ProviderUnavailable: () => 'OSS failed.',
  Timeout: () => 'OSS gave up waiting for the request.',
  IncompleteAnswer: () => 'OSS received other bytes than were sent, or reported success with an error document.',
  SourceNotFound: (source) => `There is no ${source}.`,
  SourceChanged: (source) => `The range is beyond the end of ${source}, which was longer before.`,
  SourceArchived: (source) => `${source} is archived and has to be restored first.`,
  SourceNotCopyable: (source) => `${source} is an appendable object, which OSS does not copy here.`,
  PreconditionFailed: (source) => `The condition on ${source} does not hold.`,
  DestinationExists: (_, target) => `${target} exists already.`,
  AccessDenied: (source, target) =>
    source === target ? `OSS denies access to ${target}.` : `OSS denies reading ${source} or writing ${target}.`,
  Unauthenticated: () => 'OSS does not accept the credentials or the signature.',
  BucketNotFound: (source, target) =>
    `The bucket of ${source === target ? target : `${source} or ${target}`} does not exist.`,
  Immutable: (source, target) =>
    `The object you specified is immutable. A retention policy protects ${source === target ? target : `${source} or ${target}`}.`,
  RegionMismatch: (source, target) =>
    source === target
      ? `${target} is in another region than the endpoint of this store.`
      : `${source}, ${target} and the endpoint of this store are not in one region.`,
  UploadGone: (_, target) => `The multipart upload of ${target} does not exist (any more).`,
  TooLarge: (source) => `${source} is too large for one request of OSS.`,
  ChecksumMismatch: (_, target) => `OSS does not have the parts of ${target} with the ETags they were given.`,
};

function named({ bucket, key }: Pick<OssRequest, 'bucket' | 'key'>): string {
  return JSON.stringify(key === undefined ? bucket : `${bucket}/${key}`);
}

function documentOf({ headers, body }: HttpAnswer): v.InferOutput<typeof documentSchema> {
  // Answers to HEAD have no body, so OSS puts the document into a header.
  const encoded = headers['x-oss-err'];
  const bytes = body.byteLength === 0 && encoded !== undefined ? Buffer.from(encoded, 'base64') : body;
  const parsed = v.safeParse(documentSchema, contentOf(bytes));
  const document = parsed.success ? parsed.output : { Code: '', Message: '' };
  return { ...document, EC: document.EC ?? headers['x-oss-ec'] };
}

function contentOf(bytes: Uint8Array): unknown {
  try {
    return parseXml(bytes, 'Error');
  } catch {
    // Not OSS's own answer (a proxy's page, or nothing): the status has to do.
    return undefined;
  }
}

function idsOf({ headers }: HttpAnswer, requestId?: string, ec?: string): readonly string[] {
  const id = clean(headers['x-oss-request-id'] ?? requestId ?? '');
  const code = clean(ec ?? headers['x-oss-ec'] ?? '');
  return [id, code === '' ? '' : `EC ${code}`].filter((text) => text !== '');
}

/** In milliseconds; a date in Retry-After is read against the answer's own clock. */
function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const retryAfter = headers['retry-after'] ?? '';
  const afterMs = /^\d{1,9}$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.parse(headers['date'] ?? '');
  const delayMs = Number(headers['x-oss-qos-delay-time'] ?? Number.NaN);
  const known = [afterMs, delayMs].filter((ms) => Number.isFinite(ms) && ms >= 0);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** One line of bounded length: what others wrote must not break a log. */
function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
