import { CopyError, type ErrorFacts, type ErrorName } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { clean, type ErrorDocument, readErrorDocument, retryAfterMs } from '../xml/error-document.ts';
import { COMMON_CODES, isThrottleCode, statusName } from '../xml/error-names.ts';
import { deleteMarkerSentence, errorSentence } from '../xml/error-sentences.ts';
import type { StoreRequest } from '../xml/request.ts';

/**
 * What each code of OSS means to a copy.
 *
 * @see https://www.alibabacloud.com/help/en/oss/support/http-400-status-code
 */
const BY_CODE: Readonly<Record<string, ErrorName>> = {
  ...COMMON_CODES,
  SymlinkTargetNotExist: 'SourceNotFound',
  FileImmutable: 'Immutable',
  FileAlreadyExists: 'DestinationExists',
  ObjectNotAppendable: 'SourceNotCopyable',
  UserDisable: 'AccessDenied',
  SecurityTokenExpired: 'Unauthenticated',
  InvalidSecurityToken: 'Unauthenticated',
  SecondLevelDomainForbidden: 'InvalidConfig',
  FilePartNotExist: 'ChecksumMismatch',
  EntityTooSmall: 'InvalidRequest',
  InvalidObjectName: 'InvalidRequest',
  InvalidEncryptionAlgorithmError: 'InvalidRequest',
  KmsServiceNotEnabled: 'InvalidRequest',
};

/** "The version id names a delete marker": https://www.alibabacloud.com/help/en/oss/support/0016-00000307 */
const DELETE_MARKER_EC = '0016-00000307';

type Problem = ErrorDocument & { readonly status: number };

/**
 * Names a failed answer from the closed list: by OSS's code, by its text where codes are ambiguous, and by status
 * where there is no error document, as from a proxy. Nothing of the request but bucket, key and version gets into it.
 */
export function errorOf(answer: HttpAnswer, request: StoreRequest): CopyError {
  const document = documentOf(answer);
  const problem = { ...document, status: answer.status };
  const name = nameOf(problem, answer, request);
  return new CopyError(name, summaryOf(name, problem, request), {
    ...factsOf(answer, request),
    code: clean(document.Code) || undefined,
    requestIds: idsOf(answer, document.RequestId, document.EC),
    retryAfterMs: retryAfterMs(answer.headers, 'x-oss-qos-delay-time'),
  });
}

/** What every error about an answer says besides its name. */
export function factsOf(answer: HttpAnswer, { operation, partNumber }: StoreRequest): ErrorFacts {
  return { provider: 'oss', operation, partNumber, status: answer.status, requestIds: idsOf(answer) };
}

function nameOf(problem: Problem, answer: HttpAnswer, request: StoreRequest): ErrorName {
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
  if (status === 429 || isThrottleCode(Code)) return 'Throttled';
  return status >= 500 && headers['x-oss-qos-delay-time'] !== undefined ? 'Throttled' : undefined;
}

/** Without a version 404, with one 400 for copies and 404 or 405 for reads (OSS-2, OSS-4). */
function deleteMarkerName(problem: Problem, { headers }: HttpAnswer, request: StoreRequest): ErrorName | undefined {
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
function operationName({ Code }: Problem, { source }: StoreRequest): ErrorName | undefined {
  if (Code !== 'OperationNotSupported') return undefined;
  return source === undefined ? 'Unsupported' : 'SourceArchived';
}

function summaryOf(name: ErrorName, problem: Problem, request: StoreRequest): string {
  return name === 'SourceNotFound' && request.source !== undefined && isDeleteMarker(problem)
    ? deleteMarkerSentence(request.source)
    : errorSentence(name, { title: 'OSS', message: problem.Message }, request);
}

function documentOf({ headers, body }: HttpAnswer): ErrorDocument {
  // Answers to HEAD have no body, so OSS puts the document into a header.
  const encoded = headers['x-oss-err'];
  const bytes = body.byteLength === 0 && encoded !== undefined ? Buffer.from(encoded, 'base64') : body;
  const document = readErrorDocument(bytes);
  return { ...document, EC: document.EC ?? headers['x-oss-ec'] };
}

function idsOf({ headers }: HttpAnswer, requestId?: string, ec?: string): readonly string[] {
  const id = clean(headers['x-oss-request-id'] ?? requestId ?? '');
  const code = clean(ec ?? headers['x-oss-ec'] ?? '');
  return [id, code === '' ? '' : `EC ${code}`].filter((text) => text !== '');
}
