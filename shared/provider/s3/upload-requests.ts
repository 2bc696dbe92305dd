import type {
  Checksums,
  CompleteUploadRequest,
  CreateUploadRequest,
  ListPartsRequest,
  UploadPartCopyRequest,
  UploadPartRequest,
} from '../provider.ts';
import type { Headers, StoreRequest } from '../xml/request.ts';
import * as xml from '../xml/upload-requests.ts';
import type { S3Quirks } from './config.ts';
import { AMZ_PREFIX } from './dialect.ts';
import { newObjectHeaders, partKeyHeaders, sourceKeyHeaders } from './headers.ts';
import { CHECKSUMS } from './limits.ts';

/**
 * Begins an upload, with its ACL and with the checksum that S3 is to compute over the whole object.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
 * @throws CopyError Unsupported, InvalidRequest
 */
export function createMultipartUpload(request: CreateUploadRequest, quirks: S3Quirks): StoreRequest {
  const { checksum } = request.object;
  const headers = {
    ...newObjectHeaders(request.object, quirks),
    ...(checksum === undefined ? {} : { 'x-amz-checksum-type': 'FULL_OBJECT' }),
  };
  return { ...xml.initiateMultipartUpload(request, headers), operation: 'CreateMultipartUpload' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export function uploadPartCopy(request: UploadPartCopyRequest): StoreRequest {
  return xml.uploadPartCopy(request, AMZ_PREFIX, {
    ...partKeyHeaders(request.encryption),
    ...sourceKeyHeaders(request.sourceKey),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export function uploadPart(request: UploadPartRequest): StoreRequest {
  return xml.uploadPart(request, partKeyHeaders(request.encryption));
}

/**
 * There is no `encoding-type` for this list. Parts with a checksum under a customer key are not listed without it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
 */
export function listParts(request: ListPartsRequest): StoreRequest {
  return xml.listParts(request, [], partKeyHeaders(request.encryption));
}

/**
 * The ACL was given with the upload. The checksum that was asked for then, over the whole object, is what S3 refuses any
 * other object for. A customer key is wanted only where a checksum was asked for, and harmless
 * elsewhere.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export function completeMultipartUpload(request: CompleteUploadRequest, quirks: S3Quirks): StoreRequest {
  return xml.completeMultipartUpload(request, {
    ...(request.overwrite || !quirks.forbidOverwrite ? {} : { 'if-none-match': '*' }),
    ...partKeyHeaders(request.encryption),
    ...expectedHeaders(request.checksums),
  });
}

function expectedHeaders(checksums: Checksums = {}): Headers {
  const known = CHECKSUMS.flatMap((name) => {
    const value = checksums[name];
    return value === undefined ? [] : [[`x-amz-checksum-${name}`, value] as const];
  });
  return known.length === 0 ? {} : { ...Object.fromEntries(known), 'x-amz-checksum-type': 'FULL_OBJECT' };
}
