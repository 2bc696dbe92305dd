import type {
  CompleteUploadRequest,
  CreateUploadRequest,
  UploadPartCopyRequest,
  UploadPartRequest,
} from '../provider.ts';
import { present, type StoreRequest } from '../xml/request.ts';
import * as xml from '../xml/upload-requests.ts';
import { newObjectHeaders, overwriteHeaders, refuseCustomerEncryption, refuseCustomerKey } from './headers.ts';
import { OSS_PREFIX } from './sign.ts';

/**
 * Begins an upload. The ACL is not sent here: OSS documents it for the completion only.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/initiatemultipartupload
 * @throws CopyError Unsupported, InvalidRequest
 */
export function initiateMultipartUpload(request: CreateUploadRequest): StoreRequest {
  return xml.initiateMultipartUpload(request, newObjectHeaders(request.object));
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpartcopy @throws CopyError Unsupported */
export function uploadPartCopy(request: UploadPartCopyRequest): StoreRequest {
  refuseCustomerKey(request.sourceKey);
  refuseCustomerEncryption(request.encryption);
  return xml.uploadPartCopy(request, OSS_PREFIX);
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpart @throws CopyError Unsupported */
export function uploadPart(request: UploadPartRequest): StoreRequest {
  refuseCustomerEncryption(request.encryption);
  return xml.uploadPart(request);
}

/**
 * Names every part itself: `x-oss-complete-all` would include parts that nobody planned.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/completemultipartupload
 * @throws CopyError Unsupported
 */
export function completeMultipartUpload(request: CompleteUploadRequest): StoreRequest {
  refuseCustomerEncryption(request.encryption);
  return xml.completeMultipartUpload(request, {
    ...present({ 'x-oss-object-acl': request.acl }),
    ...overwriteHeaders(request.overwrite),
  });
}
