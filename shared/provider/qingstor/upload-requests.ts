import { createHash } from 'node:crypto';
import type { QueryPair } from '../../http/encode.ts';
import type {
  CompleteUploadRequest,
  CreateUploadRequest,
  ListPartsRequest,
  ListUploadsRequest,
  Upload,
  UploadPartCopyRequest,
  UploadPartRequest,
} from '../provider.ts';
import {
  completeTimeoutMs,
  copyTimeoutMs,
  PAGE_ANSWER_BYTES,
  SMALL_ANSWER_BYTES,
  SMALL_TIMEOUT_MS,
  type StoreRequest,
  transferTimeoutMs,
} from '../xml/request.ts';
import { composedEtag } from './composed-etag.ts';
import { encryptionHeaders, newObjectHeaders, refuseAcl, sourceHeaders } from './headers.ts';
import { QINGSTOR_LIMITS } from './limits.ts';

const SMALL = { timeoutMs: SMALL_TIMEOUT_MS, maxAnswerBytes: SMALL_ANSWER_BYTES } as const;
const PAGE = { timeoutMs: SMALL_TIMEOUT_MS, maxAnswerBytes: PAGE_ANSWER_BYTES } as const;

/**
 * Begins an upload.
 *
 * @see https://docs.qingcloud.com/qingstor/api/object/initiate_multipart_upload.html
 * @throws CopyError Unsupported, InvalidRequest
 */
export function initiateMultipartUpload({ bucket, key, object }: CreateUploadRequest): StoreRequest {
  return {
    operation: 'InitiateMultipartUpload',
    method: 'POST',
    bucket,
    key,
    query: [['uploads']],
    headers: newObjectHeaders(object),
    ...SMALL,
  };
}

/**
 * Copies one range into one part.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/
 * @throws CopyError Unsupported
 */
export function uploadPartCopy({ upload, partNumber, encryption, ...from }: UploadPartCopyRequest): StoreRequest {
  return {
    operation: 'UploadPartCopy',
    method: 'PUT',
    ...onPart(upload, partNumber),
    headers: { ...sourceHeaders(from), ...encryptionHeaders(encryption) },
    timeoutMs: copyTimeoutMs(from.range?.length ?? QINGSTOR_LIMITS.maxPartBytes),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
    source: from.source,
  };
}

/**
 * Sends one part with its MD5, so that QingStor refuses bytes that were damaged on the way.
 *
 * @see https://docs.qingcloud.com/qingstor/api/object/multipart/upload_multipart.html
 * @throws CopyError Unsupported
 */
export function uploadPart({ upload, partNumber, body, encryption }: UploadPartRequest): StoreRequest {
  return {
    operation: 'UploadPart',
    method: 'PUT',
    ...onPart(upload, partNumber),
    headers: { 'content-md5': createHash('md5').update(body).digest('base64'), ...encryptionHeaders(encryption) },
    body,
    timeoutMs: transferTimeoutMs(body.byteLength),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}

/**
 * The marker names a part that is already known. Without one the list begins with part 0, which no marker could name.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/list/
 */
export function listParts({ upload, after = 0, limit }: ListPartsRequest): StoreRequest {
  const marker: readonly QueryPair[] = after === 0 ? [] : [['part_number_marker', onWire(after)]];
  return {
    operation: 'ListParts',
    method: 'GET',
    bucket: upload.bucket,
    key: upload.key,
    query: [['upload_id', upload.uploadId], ['limit', `${pageSize(limit)}`], ...marker],
    headers: {},
    ...PAGE,
  };
}

/**
 * QingStor gives a finished object the ETag that the request carries, so this one can be recognised later.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/complete/
 * @throws CopyError Unsupported
 */
export function completeMultipartUpload({ upload, parts, acl, encryption }: CompleteUploadRequest): StoreRequest {
  refuseAcl(acl);
  const document = { object_parts: parts.map(({ partNumber, etag }) => ({ part_number: partNumber - 1, etag })) };
  return {
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    ...onUpload(upload),
    headers: {
      'content-type': 'application/json',
      etag: composedEtag(parts.map(({ etag }) => etag)),
      ...encryptionHeaders(encryption),
    },
    body: Buffer.from(JSON.stringify(document)),
    timeoutMs: completeTimeoutMs(parts.length),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}

/** https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/abort/ */
export function abortMultipartUpload(upload: Upload): StoreRequest {
  return { operation: 'AbortMultipartUpload', method: 'DELETE', ...onUpload(upload), headers: {}, ...SMALL };
}

/** https://docs.qingcloud.com/qingstor/api/bucket/list_multipart_uploads.html */
export function listMultipartUploads({ bucket, prefix, after, limit }: ListUploadsRequest): StoreRequest {
  return {
    operation: 'ListMultipartUploads',
    method: 'GET',
    bucket,
    key: undefined,
    query: [
      ['uploads'],
      ['limit', `${pageSize(limit)}`],
      ...optional('prefix', prefix),
      ...optional('key_marker', after?.key),
      ...optional('upload_id_marker', after?.uploadId),
    ],
    headers: {},
    ...PAGE,
  };
}

/** What is asked for in one page: QingStor's own default would be 200. */
export function pageSize(limit: number = QINGSTOR_LIMITS.maxPageItems): number {
  return Math.min(Math.max(limit, 1), QINGSTOR_LIMITS.maxPageItems);
}

function onUpload({ bucket, key, uploadId }: Upload): Pick<StoreRequest, 'bucket' | 'key' | 'query'> {
  return { bucket, key, query: [['upload_id', uploadId]] };
}

function onPart(upload: Upload, partNumber: number): Pick<StoreRequest, 'bucket' | 'key' | 'query' | 'partNumber'> {
  const { bucket, key, uploadId } = upload;
  return {
    bucket,
    key,
    query: [
      ['part_number', onWire(partNumber)],
      ['upload_id', uploadId],
    ],
    partNumber,
  };
}

/** Part numbers begin at 0 on the wire of QingStor (QS-3), and nowhere else. */
function onWire(partNumber: number): string {
  return `${partNumber - 1}`;
}

function optional(name: string, value: string | undefined): readonly QueryPair[] {
  return value === undefined || value === '' ? [] : [[name, value]];
}
