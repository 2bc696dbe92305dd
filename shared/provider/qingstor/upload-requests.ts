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
import { completeTimeoutMs, SMALL_ANSWER_BYTES, type StoreRequest } from '../xml/request.ts';
import * as xml from '../xml/upload-requests.ts';
import { composedEtag } from './composed-etag.ts';
import { encryptionHeaders, newObjectHeaders, refuseAcl, sourceHeaders } from './headers.ts';
import { QINGSTOR_LIMITS } from './limits.ts';

/*
 * QingStor's uploads are requests of the shared dialect with other names in the query, other headers about the source, and
 * a JSON document at the end.
 */

/**
 * Begins an upload.
 *
 * @see https://docs.qingcloud.com/qingstor/api/object/initiate_multipart_upload.html
 * @throws CopyError Unsupported, InvalidRequest
 */
export function initiateMultipartUpload(request: CreateUploadRequest): StoreRequest {
  return xml.initiateMultipartUpload(request, newObjectHeaders(request.object));
}

/**
 * Copies one range into one part.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/
 * @throws CopyError Unsupported
 */
export function uploadPartCopy(request: UploadPartCopyRequest): StoreRequest {
  return {
    ...xml.uploadPartCopy(request, 'x-qs-'),
    query: partQuery(request),
    headers: { ...sourceHeaders(request), ...encryptionHeaders(request.encryption) },
  };
}

/**
 * Sends one part with its MD5, so that QingStor refuses bytes that were damaged on the way.
 *
 * @see https://docs.qingcloud.com/qingstor/api/object/multipart/upload_multipart.html
 * @throws CopyError Unsupported
 */
export function uploadPart(request: UploadPartRequest): StoreRequest {
  return { ...xml.uploadPart(request, encryptionHeaders(request.encryption)), query: partQuery(request) };
}

/**
 * The marker names a part that is already known. Without one the list begins with part 0, which no marker could name.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/list/
 */
export function listParts(request: ListPartsRequest): StoreRequest {
  const { upload, after = 0, limit } = request;
  const marker: readonly QueryPair[] = after === 0 ? [] : [['part_number_marker', onWire(after)]];
  return {
    ...xml.listParts(request),
    query: [['upload_id', upload.uploadId], ['limit', `${pageSize(limit)}`], ...marker],
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
    bucket: upload.bucket,
    key: upload.key,
    query: uploadQuery(upload),
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
  return { ...xml.abortMultipartUpload(upload), query: uploadQuery(upload) };
}

/** https://docs.qingcloud.com/qingstor/api/bucket/list_multipart_uploads.html */
export function listMultipartUploads(request: ListUploadsRequest): StoreRequest {
  const { prefix, after, limit } = request;
  return {
    ...xml.listMultipartUploads(request),
    query: [
      ['uploads'],
      ['limit', `${pageSize(limit)}`],
      ...xml.optional('prefix', prefix),
      ...xml.optional('key_marker', after?.key),
      ...xml.optional('upload_id_marker', after?.uploadId),
    ],
  };
}

/** What is asked for in one page: QingStor's own default would be 200. */
export function pageSize(limit: number = QINGSTOR_LIMITS.maxPageItems): number {
  return Math.min(Math.max(limit, 1), QINGSTOR_LIMITS.maxPageItems);
}

function uploadQuery({ uploadId }: Upload): readonly QueryPair[] {
  return [['upload_id', uploadId]];
}

function partQuery({ upload, partNumber }: Pick<UploadPartRequest, 'upload' | 'partNumber'>): readonly QueryPair[] {
  return [['part_number', onWire(partNumber)], ...uploadQuery(upload)];
}

/** Part numbers begin at 0 on the wire of QingStor (QS-3), and nowhere else. */
function onWire(partNumber: number): string {
  return `${partNumber - 1}`;
}
