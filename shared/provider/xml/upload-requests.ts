import { createHash } from 'node:crypto';
import { strongEtag } from '../../etag.ts';
import type { QueryPair } from '../../http/encode.ts';
import { escapeXml } from '../../http/xml.ts';
import type {
  CompleteUploadRequest,
  CreateUploadRequest,
  ListPartsRequest,
  ListUploadsRequest,
  Upload,
  UploadPartCopyRequest,
  UploadPartRequest,
} from '../provider.ts';
import { sourceHeaders } from './headers.ts';
import {
  completeTimeoutMs,
  copyTimeoutMs,
  type Headers,
  PAGE_ANSWER_BYTES,
  SMALL_ANSWER_BYTES,
  SMALL_TIMEOUT_MS,
  type StoreRequest,
  transferTimeoutMs,
} from './request.ts';

const SMALL = { timeoutMs: SMALL_TIMEOUT_MS, maxAnswerBytes: SMALL_ANSWER_BYTES } as const;
const PAGE = { timeoutMs: SMALL_TIMEOUT_MS, maxAnswerBytes: PAGE_ANSWER_BYTES } as const;
/** Largest page of every provider of the dialect. */
const MAX_PAGE_ITEMS = 1000;
/** 5 GiB at every provider of the dialect: bounds the time of a part copy whose range is the whole source. */
const MAX_PART_BYTES = 5 * 1024 ** 3;

/** Begins an upload; `headers` say everything about the new object. */
export function initiateMultipartUpload({ bucket, key }: CreateUploadRequest, headers: Headers): StoreRequest {
  return { operation: 'InitiateMultipartUpload', method: 'POST', bucket, key, query: [['uploads']], headers, ...SMALL };
}

/** Copies a range of the source into a part. @param prefix what the provider's own headers begin with. */
export function uploadPartCopy(request: UploadPartCopyRequest, prefix: string, headers: Headers = {}): StoreRequest {
  return {
    operation: 'UploadPartCopy',
    method: 'PUT',
    ...onPart(request.upload, request.partNumber),
    headers: { ...sourceHeaders(prefix, request), ...headers },
    timeoutMs: copyTimeoutMs(request.range?.length ?? MAX_PART_BYTES),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
    source: request.source,
  };
}

/** Sends one part with its MD5, so that the provider refuses bytes that were damaged on the way (OSS-13). */
export function uploadPart({ upload, partNumber, body }: UploadPartRequest, headers: Headers = {}): StoreRequest {
  return {
    operation: 'UploadPart',
    method: 'PUT',
    ...onPart(upload, partNumber),
    headers: { 'content-md5': createHash('md5').update(body).digest('base64'), ...headers },
    body,
    timeoutMs: transferTimeoutMs(body.byteLength),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}

/** One page of the parts of an upload. @param encoding leaves out what a provider does not document for this list. */
export function listParts(
  { upload, after, limit }: ListPartsRequest,
  encoding: readonly QueryPair[] = [['encoding-type', 'url']],
  headers: Headers = {},
): StoreRequest {
  return {
    operation: 'ListParts',
    method: 'GET',
    bucket: upload.bucket,
    key: upload.key,
    query: [
      ['uploadId', upload.uploadId],
      ...encoding,
      ['max-parts', pageSize(limit)],
      ...(after === undefined || after === 0 ? [] : ([['part-number-marker', `${after}`]] as const)),
    ],
    headers,
    ...PAGE,
  };
}

/** Names every part itself, so that no part gets in that nobody planned. */
export function completeMultipartUpload(request: CompleteUploadRequest, headers: Headers = {}): StoreRequest {
  const parts = request.parts.map(
    ({ partNumber, etag }) =>
      `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeXml(strongEtag(etag))}</ETag></Part>`,
  );
  return {
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    ...onUpload(request.upload),
    headers: { 'content-type': 'application/xml', ...headers },
    body: Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`),
    timeoutMs: completeTimeoutMs(parts.length),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}

/** Ends an upload without an object. */
export function abortMultipartUpload(upload: Upload): StoreRequest {
  return { operation: 'AbortMultipartUpload', method: 'DELETE', ...onUpload(upload), headers: {}, ...SMALL };
}

/** One page of the open uploads of a bucket. */
export function listMultipartUploads({ bucket, prefix, after, limit }: ListUploadsRequest): StoreRequest {
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
    ...PAGE,
  };
}

function onUpload({ bucket, key, uploadId }: Upload): Pick<StoreRequest, 'bucket' | 'key' | 'query'> {
  return { bucket, key, query: [['uploadId', uploadId]] };
}

function onPart(upload: Upload, partNumber: number): Pick<StoreRequest, 'bucket' | 'key' | 'query' | 'partNumber'> {
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

/** A parameter, unless it says nothing. */
export function optional(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined || value === '' ? [] : [[name, value]];
}

function pageSize(limit: number = MAX_PAGE_ITEMS): string {
  return `${Math.min(Math.max(limit, 1), MAX_PAGE_ITEMS)}`;
}
