import { CopyError, type ErrorFacts, type ErrorName } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { clean, type ErrorDocument, readErrorDocument, retryAfterMs } from '../xml/error-document.ts';
import { COMMON_CODES, isThrottleCode, isUploadGone, statusName } from '../xml/error-names.ts';
import { deleteMarkerSentence, errorSentence, named } from '../xml/error-sentences.ts';
import type { StoreRequest } from '../xml/request.ts';
import type { HeaderPrefix } from './sign-v2.ts';

/**
 * What each code of OBS means to a copy. No signature error is ever retried: after a number of them OBS locks the key.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0115.html
 */
const BY_CODE: Readonly<Record<string, ErrorName>> = {
  ...COMMON_CODES,
  TooManyWrongSignature: 'Unauthenticated',
  InvalidSecurity: 'Unauthenticated',
  InvalidToken: 'Unauthenticated',
  ExpiredToken: 'Unauthenticated',
  VirtualHostDomainRequired: 'InvalidConfig',
  PermanentRedirect: 'RegionMismatch',
  TemporaryRedirect: 'RegionMismatch',
  Redirect: 'RegionMismatch',
  AccountProblem: 'AccessDenied',
  AllAccessDisabled: 'AccessDenied',
  InArrearOrInsufficientBalance: 'AccessDenied',
  InsufficientStorageSpace: 'AccessDenied',
  TooManyObjectCopied: 'Throttled',
  // Somebody else is changing the same thing at this moment.
  OperationAborted: 'ProviderUnavailable',
  // The bytes were damaged on the way there, as with InvalidDigest.
  BadDigest: 'IncompleteAnswer',
  InvalidCRC64: 'IncompleteAnswer',
  ObjectNotAppendable: 'SourceNotCopyable',
  ServiceNotSupported: 'Unsupported',
  FsNotSupport: 'Unsupported',
  MethodNotAllowed: 'Unsupported',
  NotImplemented: 'Unsupported',
  EntityTooSmall: 'InvalidRequest',
  InvalidPartOrder: 'InvalidRequest',
  InvalidRequest: 'InvalidRequest',
  InvalidStorageClass: 'InvalidRequest',
  KeyTooLongError: 'InvalidRequest',
  MalformedXML: 'InvalidRequest',
  MaxMessageLengthExceeded: 'InvalidRequest',
  MetadataTooLarge: 'InvalidRequest',
  UnexpectedContent: 'InvalidRequest',
};

type Problem = Pick<ErrorDocument, 'Code' | 'Message'> & Pick<HttpAnswer, 'status' | 'headers'>;

/**
 * Names a failed answer from the closed list, also one that has the status of a success (OBS-2): by OBS's code, by its
 * text where codes are ambiguous, and by status where there is no error document, as from a proxy. Nothing of the request
 * but bucket, key and version gets into it.
 */
export function errorOf(answer: HttpAnswer, request: StoreRequest, prefix: HeaderPrefix): CopyError {
  const { headers, status } = answer;
  const document = readErrorDocument(answer.body);
  // Answers to HEAD have no body, so OBS puts code and message into headers.
  const Code = document.Code || (headers[`${prefix}error-code`] ?? '');
  const Message = document.Message || (headers[`${prefix}error-message`] ?? '');
  const problem = { Code, Message, status, headers };
  const name = nameOf(problem, request, prefix);
  return new CopyError(name, summaryOf(name, problem, request), {
    ...factsOf(answer, request, prefix),
    code: clean(Code) || undefined,
    requestIds: idsOf(answer, prefix, document),
    retryAfterMs: retryAfterMs(headers, `${prefix}qos-delay-time`),
  });
}

/** What every error about an answer says besides its name; both of its ids (OBS-14). */
export function factsOf(answer: HttpAnswer, { operation, partNumber }: StoreRequest, prefix: HeaderPrefix): ErrorFacts {
  return { provider: 'obs', operation, partNumber, status: answer.status, requestIds: idsOf(answer, prefix) };
}

function nameOf(problem: Problem, request: StoreRequest, prefix: HeaderPrefix): ErrorName {
  return (
    throttleName(problem, prefix) ??
    deleteMarkerName(problem, request, prefix) ??
    textName(problem) ??
    (isUploadGone(problem.Code, request.operation) ? 'UploadGone' : byCode(problem.Code)) ??
    byStatus(problem.status, request)
  );
}

/** The header counts for failures of the service only: it also stands on answers that were merely slowed down. */
function throttleName({ status, Code, headers }: Problem, prefix: HeaderPrefix): ErrorName | undefined {
  if (status === 429 || isThrottleCode(Code)) return 'Throttled';
  return status >= 500 && headers[`${prefix}qos-delay-time`] !== undefined ? 'Throttled' : undefined;
}

/** Without a version 404; with one 404, or 405 for reads. */
function deleteMarkerName(problem: Problem, request: StoreRequest, prefix: HeaderPrefix): ErrorName | undefined {
  if (request.source === undefined) return undefined;
  const isMarker = isNamedMarker(problem, request) || problem.headers[`${prefix}delete-marker`] === 'true';
  return isMarker ? 'SourceNotFound' : undefined;
}

function isNamedMarker({ status, Message }: Problem, { source }: StoreRequest): boolean {
  return /delete ?marker/i.test(Message) || (status === 405 && source?.versionId !== undefined);
}

/** The refusals that share a code with others, or for which OBS documents none. */
function textName({ status, Code, Message }: Problem): ErrorName | undefined {
  if (status !== 400 && status !== 403 && status !== 409) return undefined;
  if (/immutable|WORM|object lock/i.test(Message)) return 'Immutable';
  const namesPlace = /same (?:region|location)|cross[- ]region|another region/i.test(Message);
  return namesPlace || /(?:Region|Location)(?:Mismatch|NotMatch)|CrossRegion/i.test(Code)
    ? 'RegionMismatch'
    : undefined;
}

function byCode(code: string): ErrorName | undefined {
  if (code.startsWith('KMS.')) return 'InvalidRequest';
  return Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}

/** Without a code: a refusal by status is by OBS's own lists of statuses; 409 is a conflict that passes. */
function byStatus(status: number, request: StoreRequest): ErrorName {
  if (status === 400) return 'InvalidRequest';
  return status === 409 ? 'ProviderUnavailable' : statusName(status, request);
}

function summaryOf(name: ErrorName, problem: Problem, request: StoreRequest): string {
  if (problem.Code === 'VirtualHostDomainRequired') {
    return 'OBS takes no path-style requests here: set addressing of this store to virtual.';
  }
  if (problem.Code === 'TooManyWrongSignature') {
    return 'OBS has locked the access key for a while after too many wrong signatures: correct the secret key before trying again.';
  }
  if (name === 'InvalidRequest' && request.method === 'HEAD' && problem.Message === '') {
    return `OBS refused ${request.operation} for ${named(request)} without a reason, which it does for objects under a customer key that was not sent.`;
  }
  return name === 'SourceNotFound' && request.source !== undefined && isNamedMarker(problem, request)
    ? deleteMarkerSentence(request.source)
    : errorSentence(name, { title: 'OBS', message: problem.Message }, request);
}

function idsOf(
  { headers }: HttpAnswer,
  prefix: HeaderPrefix,
  document: Partial<ErrorDocument> = {},
): readonly string[] {
  const ids = [headers[`${prefix}request-id`] ?? document.RequestId, headers[`${prefix}id-2`] ?? document.HostId];
  return ids.map((id) => clean(id ?? '')).filter((id) => id !== '');
}
