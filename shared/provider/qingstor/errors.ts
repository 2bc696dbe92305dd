import * as v from 'valibot';
import { CopyError, type ErrorFacts, type ErrorName } from '../../errors.ts';
import { parseJson } from '../../http/json.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { clean, retryAfterMs } from '../xml/error-document.ts';
import { statusName } from '../xml/error-names.ts';
import { deleteMarkerSentence, errorSentence } from '../xml/error-sentences.ts';
import type { StoreRequest } from '../xml/request.ts';
import { REGION_WORD } from './config.ts';

/**
 * What each code of QingStor means to a copy, whatever its status: `upload_not_exists` comes with 400 and with 404,
 * `max_requests_exceeded` with 400.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/error_code/
 */
const BY_CODE: Readonly<Record<string, ErrorName>> = {
  object_not_exists: 'SourceNotFound',
  bucket_not_exists: 'BucketNotFound',
  upload_not_exists: 'UploadGone',
  precondition_failed: 'PreconditionFailed',
  invalid_object_state: 'SourceArchived',
  permission_denied: 'AccessDenied',
  delinquent_account: 'AccessDenied',
  invalid_access_key_id: 'Unauthenticated',
  signature_not_matched: 'Unauthenticated',
  request_expired: 'Unauthenticated',
  entity_too_large: 'TooLarge',
  entity_too_small: 'InvalidRequest',
  invalid_argument: 'InvalidRequest',
  invalid_request: 'InvalidRequest',
  invalid_bucket_name: 'InvalidRequest',
  invalid_object_name: 'InvalidRequest',
  metadata_too_large: 'InvalidRequest',
  max_parts_exceeded: 'InvalidRequest',
  // The bytes were damaged on the way there: the damage of a cut answer in the other direction, and worth another try.
  bad_digest: 'IncompleteAnswer',
  // Only a range beyond the end gets this, and ranges are made from the size that was read before.
  invalid_range: 'SourceChanged',
  max_requests_exceeded: 'Throttled',
  fetch_throttled: 'Throttled',
  internal_error: 'ProviderUnavailable',
  service_unavailable: 'ProviderUnavailable',
};

const text = v.optional(v.string(), '');
const documentSchema = v.object({ code: text, message: text, request_id: text, url: text });
type ErrorDocument = v.InferOutput<typeof documentSchema>;
const NOTHING: ErrorDocument = { code: '', message: '', request_id: '', url: '' };

/**
 * Names a failed answer from the closed list: by QingStor's code, and by status where there is no document, as for
 * HEAD or from a proxy. Nothing of the request but bucket, key and operation gets into it.
 */
export function errorOf(answer: HttpAnswer, request: StoreRequest): CopyError {
  const document = documentOf(answer);
  const name = nameOf(document, answer, request);
  return new CopyError(name, summaryOf(name, document, answer, request), {
    ...factsOf(answer, request),
    code: clean(document.code) || undefined,
    requestIds: idsOf(answer, document.request_id),
    retryAfterMs: retryAfterMs(answer.headers),
    notes: notesOf(document),
  });
}

/** What every error about an answer says besides its name. */
export function factsOf(answer: HttpAnswer, { operation, partNumber }: StoreRequest): ErrorFacts {
  return { provider: 'qingstor', operation, partNumber, status: answer.status, requestIds: idsOf(answer) };
}

function nameOf({ code }: ErrorDocument, answer: HttpAnswer, request: StoreRequest): ErrorName {
  const { status } = answer;
  if (status === 429) return 'Throttled';
  if (isDeleteMarker(answer, request)) return 'SourceNotFound';
  return byCode(code) ?? (status === 402 ? 'AccessDenied' : statusName(status, request));
}

/** One page of QingStor writes codes in capitals and with blanks: INVALID ARGUMENT. */
function byCode(code: string): ErrorName | undefined {
  const plain = code.trim().toLowerCase().replaceAll(' ', '_');
  return Object.hasOwn(BY_CODE, plain) ? BY_CODE[plain] : undefined;
}

function isDeleteMarker({ status, headers }: HttpAnswer, { method, source }: StoreRequest): boolean {
  if (source === undefined) return false;
  const readsOnly = method === 'HEAD' || method === 'GET';
  return (status === 405 && readsOnly) || (status >= 400 && headers['x-qs-delete-marker'] === 'true');
}

function summaryOf(name: ErrorName, { message }: ErrorDocument, answer: HttpAnswer, request: StoreRequest): string {
  if (request.source !== undefined && isDeleteMarker(answer, request)) {
    return deleteMarkerSentence(request.source);
  }
  return errorSentence(name, { title: 'QingStor', message, regionWord: REGION_WORD }, request);
}

/** Anything else than QingStor's own document (a proxy's page, or nothing) says nothing. */
function documentOf({ body }: HttpAnswer): ErrorDocument {
  try {
    return parseJson(body, documentSchema);
  } catch {
    return NOTHING;
  }
}

/** True for a document that says what went wrong, whatever its status. */
export function hasCode(answer: HttpAnswer): boolean {
  return documentOf(answer).code !== '';
}

function idsOf({ headers }: HttpAnswer, requestId = ''): readonly string[] {
  const id = clean(headers['x-qs-request-id'] ?? requestId);
  return id === '' ? [] : [id];
}

/** The page that explains the code, for a person: shown, never fetched; without a query, which nobody has to know. */
function notesOf({ url }: ErrorDocument): readonly string[] {
  const [page] = /^https?:\/\/[^\s?@]{1,200}(?=[\s?]|$)/.exec(url) ?? [];
  return page === undefined ? [] : [`see ${clean(page)}`];
}
