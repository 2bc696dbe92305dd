import { CopyError, type ErrorFacts, type ErrorName } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { clean, type ErrorDocument, readErrorDocument, retryAfterMs } from '../xml/error-document.ts';
import { COMMON_CODES, isThrottleCode, isUploadGone, statusName } from '../xml/error-names.ts';
import { deleteMarkerSentence, errorSentence, named } from '../xml/error-sentences.ts';
import type { StoreRequest } from '../xml/request.ts';

/**
 * What each code of S3 means to a copy.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const BY_CODE: Readonly<Record<string, ErrorName>> = {
  ...COMMON_CODES,
  AccountProblem: 'AccessDenied',
  AllAccessDisabled: 'AccessDenied',
  ExpiredToken: 'Unauthenticated',
  InvalidToken: 'Unauthenticated',
  TokenRefreshRequired: 'Unauthenticated',
  // The bytes were damaged on the way, like InvalidDigest.
  BadDigest: 'IncompleteAnswer',
  XAmzContentSHA256Mismatch: 'IncompleteAnswer',
  // Somebody else is changing the same key or upload at this moment.
  OperationAborted: 'ProviderUnavailable',
  ConditionalRequestConflict: 'ProviderUnavailable',
  ObjectLocked: 'Immutable',
  NotImplemented: 'Unsupported',
  AccessControlListNotSupported: 'Unsupported',
  EntityTooSmall: 'InvalidRequest',
  InvalidEncryptionAlgorithmError: 'InvalidRequest',
  InvalidPartOrder: 'InvalidRequest',
  InvalidRequest: 'InvalidRequest',
  InvalidStorageClass: 'InvalidRequest',
  InvalidTag: 'InvalidRequest',
  KeyTooLongError: 'InvalidRequest',
  MalformedXML: 'InvalidRequest',
  MetadataTooLarge: 'InvalidRequest',
};

/** Codes that say: this bucket is in another region, or was signed for another one. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
  'Redirect',
  'TemporaryRedirect',
]);

type Problem = ErrorDocument & Pick<HttpAnswer, 'status' | 'headers'>;

/**
 * Names a failed answer from the closed list, also one that was sent as a success (S3-3): by S3's code, by its text
 * where codes are ambiguous, and by status where there is no error document, as for every HEAD. Nothing of the request
 * but bucket, key and version gets into it.
 *
 * @param region that of the store, which a hint at another one is compared with.
 */
export function errorOf(answer: HttpAnswer, request: StoreRequest, region: string): CopyError {
  const document = readErrorDocument(answer.body);
  const problem = { ...document, status: answer.status, headers: answer.headers };
  const name = nameOf(problem, request, region);
  return new CopyError(name, summaryOf(name, problem, request, region), {
    ...factsOf(answer, request),
    code: clean(document.Code) || undefined,
    requestIds: idsOf(answer, document),
    retryAfterMs: retryAfterMs(answer.headers),
  });
}

/** What every error about an answer says besides its name. */
export function factsOf(answer: HttpAnswer, { operation, partNumber }: StoreRequest): ErrorFacts {
  return { provider: 's3', operation, partNumber, status: answer.status, requestIds: idsOf(answer) };
}

function nameOf(problem: Problem, request: StoreRequest, region: string): ErrorName {
  const { status, Code } = problem;
  if (status === 429 || isThrottleCode(Code)) return 'Throttled';
  if (isElsewhere(problem, request, region)) return 'InvalidConfig';
  if (isDeleteMarker(problem, request)) return 'SourceNotFound';
  return (
    textName(problem) ??
    uploadName(problem, request) ??
    wrongObjectName(problem, request) ??
    occupiedName(problem, request) ??
    byCode(Code) ??
    byStatus(status, request)
  );
}

/** At Complete the digest is that of the whole object: the parts that are there do not make it, in no further try either. */
function wrongObjectName({ Code }: Problem, { operation }: StoreRequest): ErrorName | undefined {
  return Code === 'BadDigest' && operation === 'CompleteMultipartUpload' ? 'ChecksumMismatch' : undefined;
}

function byCode(code: string): ErrorName | undefined {
  if (code.startsWith('KMS.')) return 'InvalidRequest';
  return Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}

function byStatus(status: number, request: StoreRequest): ErrorName {
  if (status === 400) return 'InvalidRequest';
  return status === 501 ? 'Unsupported' : statusName(status, request);
}

/** A HEAD to the wrong region is 301 or a bare 400 with the right one in a header; redirects are never followed. */
function isElsewhere({ status, headers, Code }: Problem, { method }: StoreRequest, region: string): boolean {
  if (ELSEWHERE.has(Code) || (status >= 300 && status < 400 && status !== 304)) return true;
  const hint = headers['x-amz-bucket-region'];
  return method === 'HEAD' && status === 400 && hint !== undefined && hint !== region;
}

/** 404 without a version; with one 405 for reads and 400 for copies. */
function isDeleteMarker({ status, headers, Message }: Problem, { source }: StoreRequest): boolean {
  if (source === undefined) return false;
  return status === 405 || headers['x-amz-delete-marker'] === 'true' || /delete ?marker/i.test(Message);
}

/** The refusals that share a code with others. */
function textName({ Code, Message }: Problem): ErrorName | undefined {
  if (/WORM protected|object lock/i.test(Message)) return 'Immutable';
  if (Code !== 'InvalidRequest' && Code !== 'InvalidArgument') return undefined;
  if (/larger than the maximum allowable size/i.test(Message)) return 'TooLarge';
  return /range .*not valid for (?:the )?source object/i.test(Message) ? 'SourceChanged' : undefined;
}

function uploadName({ Code }: Problem, { operation }: StoreRequest): ErrorName | undefined {
  return isUploadGone(Code, operation) ? 'UploadGone' : undefined;
}

/**
 * The only condition of a completion is that there is no object yet. A copy in one request has one on its source, too:
 * S3 names the one that did not hold. Where a store names none, the destination is meant: that error makes the copy
 * look there, while a change of the source would end it.
 */
function occupiedName(
  { status, Code, Condition = '' }: Problem,
  { operation, headers }: StoreRequest,
): ErrorName | undefined {
  if (status !== 412 && Code !== 'PreconditionFailed') return undefined;
  if (operation === 'CompleteMultipartUpload') return 'DestinationExists';
  const asked = operation === 'CopyObject' && headers['if-none-match'] !== undefined;
  return asked && !/^x-amz-copy-source-/i.test(Condition) ? 'DestinationExists' : undefined;
}

function summaryOf(name: ErrorName, problem: Problem, request: StoreRequest, region: string): string {
  if (name === 'InvalidConfig') return elsewhereSentence(problem, request, region);
  if (name === 'SourceNotFound' && request.source !== undefined && isDeleteMarker(problem, request)) {
    return deleteMarkerSentence(request.source);
  }
  if (name === 'InvalidRequest' && request.method === 'HEAD') {
    return `S3 refused ${request.operation} for ${named(request)} without a reason, which it does for expired tokens, for another region than the signature's, and for objects under a customer key that was not sent.`;
  }
  if (name === 'AccessDenied' && request.method === 'HEAD') {
    return `S3 denies access to ${named(request)}, or the secret key is wrong: it gives no reason.`;
  }
  if (name === 'ChecksumMismatch' && problem.Code === 'BadDigest') {
    return `The parts of ${named(request)} do not have the checksum of the source, so S3 did not put them together: nothing was written.`;
  }
  return errorSentence(name, { title: 'S3', message: problem.Message }, request);
}

function elsewhereSentence({ Region, headers }: Problem, request: StoreRequest, region: string): string {
  const hint = clean(Region ?? headers['x-amz-bucket-region'] ?? '');
  const bucket = named({ bucket: request.bucket, key: undefined });
  return hint === '' || hint === region
    ? `Bucket ${bucket} cannot be reached at the endpoint of this store: correct its region and endpoint.`
    : `Bucket ${bucket} is in region ${hint}, the store in ${region}: correct the store's region and endpoint.`;
}

function idsOf({ headers }: HttpAnswer, { RequestId, HostId }: Partial<ErrorDocument> = {}): readonly string[] {
  const ids = [headers['x-amz-request-id'] ?? RequestId, headers['x-amz-id-2'] ?? HostId];
  return ids.map((id) => clean(id ?? '')).filter((id) => id !== '');
}
