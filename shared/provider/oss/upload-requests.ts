import { createHash } from 'node:crypto';
import { escapeXml } from '../../http/xml.ts';
import { rangeHeader } from '../../range.ts';
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
  copySource,
  newObjectHeaders,
  overwriteHeaders,
  refuseCustomerEncryption,
  refuseCustomerKey,
  sourceConditionHeaders,
} from './headers.ts';
import { OSS_LIMITS } from './limits.ts';
import {
  completeTimeoutMs,
  copyTimeoutMs,
  type OssRequest,
  PAGE_ANSWER_BYTES,
  present,
  SMALL_ANSWER_BYTES,
  SMALL_TIMEOUT_MS,
  transferTimeoutMs,
} from './request.ts';

const SMALL = { timeoutMs: SMALL_TIMEOUT_MS, maxAnswerBytes: SMALL_ANSWER_BYTES } as const;

/**
 * Begins an upload. The ACL is not sent here: OSS documents it for the completion only.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/initiatemultipartupload
 * @throws CopyError Unsupported, InvalidRequest
 */
export function initiateMultipartUpload({ bucket, key, object }: CreateUploadRequest): OssRequest {
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

/** https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpartcopy @throws CopyError Unsupported */
export function uploadPartCopy(request: UploadPartCopyRequest): OssRequest {
  const { upload, partNumber, source, range } = request;
  refuseCustomerKey(request.sourceKey);
  refuseCustomerEncryption(request.encryption);
  return {
    operation: 'UploadPartCopy',
    method: 'PUT',
    ...onPart(upload, partNumber),
    headers: {
      'x-oss-copy-source': copySource(source),
      ...present({ 'x-oss-copy-source-range': range === undefined ? undefined : rangeHeader(range) }),
      ...sourceConditionHeaders(request.conditions),
    },
    timeoutMs: copyTimeoutMs(range?.length ?? OSS_LIMITS.maxPartBytes),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
    source,
  };
}

/**
 * Sends one part with its MD5, so that OSS refuses bytes that were damaged on the way (OSS-13).
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpart
 * @throws CopyError Unsupported
 */
export function uploadPart({ upload, partNumber, body, encryption }: UploadPartRequest): OssRequest {
  refuseCustomerEncryption(encryption);
  return {
    operation: 'UploadPart',
    method: 'PUT',
    ...onPart(upload, partNumber),
    headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
    body,
    timeoutMs: transferTimeoutMs(body.byteLength),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listparts */
export function listParts({ upload, after, limit }: ListPartsRequest): OssRequest {
  return {
    operation: 'ListParts',
    method: 'GET',
    bucket: upload.bucket,
    key: upload.key,
    query: [
      ['uploadId', upload.uploadId],
      ['encoding-type', 'url'],
      ['max-parts', pageSize(limit)],
      ...(after === undefined || after === 0 ? [] : ([['part-number-marker', `${after}`]] as const)),
    ],
    headers: {},
    timeoutMs: SMALL_TIMEOUT_MS,
    maxAnswerBytes: PAGE_ANSWER_BYTES,
  };
}

/**
 * Names every part itself: `x-oss-complete-all` would include parts that nobody planned.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/completemultipartupload
 * @throws CopyError Unsupported
 */
export function completeMultipartUpload(request: CompleteUploadRequest): OssRequest {
  refuseCustomerEncryption(request.encryption);
  const parts = request.parts.map(
    ({ partNumber, etag }) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  return {
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    ...onUpload(request.upload),
    headers: {
      'content-type': 'application/xml',
      ...present({ 'x-oss-object-acl': request.acl }),
      ...overwriteHeaders(request.overwrite),
    },
    body: Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`),
    timeoutMs: completeTimeoutMs(parts.length),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/abortmultipartupload */
export function abortMultipartUpload(upload: Upload): OssRequest {
  return { operation: 'AbortMultipartUpload', method: 'DELETE', ...onUpload(upload), headers: {}, ...SMALL };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listmultipartuploads */
export function listMultipartUploads({ bucket, prefix, after, limit }: ListUploadsRequest): OssRequest {
  return {
    operation: 'ListMultipartUploads',
    method: 'GET',
    bucket,
    key: undefined,
    query: [
      ['uploads'],
      ['encoding-type', 'url'],
      ['max-uploads', pageSize(limit)],
      ...optional('prefix', prefix),
      ...optional('key-marker', after?.key),
      ...optional('upload-id-marker', after?.uploadId),
    ],
    headers: {},
    timeoutMs: SMALL_TIMEOUT_MS,
    maxAnswerBytes: PAGE_ANSWER_BYTES,
  };
}

function onUpload({ bucket, key, uploadId }: Upload): Pick<OssRequest, 'bucket' | 'key' | 'query'> {
  return { bucket, key, query: [['uploadId', uploadId]] };
}

function onPart(upload: Upload, partNumber: number): Pick<OssRequest, 'bucket' | 'key' | 'query' | 'partNumber'> {
  return {
    bucket: upload.bucket,
    key: upload.key,
    query: [
      ['partNumber', `${partNumber}`],
      ['uploadId', upload.uploadId],
    ],
    partNumber,
  };
}

function optional(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined || value === '' ? [] : [[name, value]];
}

function pageSize(limit: number = OSS_LIMITS.maxPageItems): string {
  return `${Math.min(Math.max(limit, 1), OSS_LIMITS.maxPageItems)}`;
}
