import type { CreateUploadRequest, UploadPartCopyRequest, UploadPartRequest } from '../provider.ts';
import { customerKeyHeaders } from '../xml/headers.ts';
import type { StoreRequest } from '../xml/request.ts';
import * as xml from '../xml/upload-requests.ts';
import type { ObsDialect } from './dialect.ts';
import { newObjectHeaders, partEncryptionHeaders } from './headers.ts';

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0098.html @throws CopyError Unsupported, InvalidRequest */
export function initiateMultipartUpload(request: CreateUploadRequest, dialect: ObsDialect): StoreRequest {
  return xml.initiateMultipartUpload(request, newObjectHeaders(request.object, dialect));
}

/**
 * Copies a range into a part; both customer keys stand on every part (OBS-6, OBS-7).
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0100.html
 */
export function uploadPartCopy(request: UploadPartCopyRequest, dialect: ObsDialect): StoreRequest {
  const { prefix } = dialect;
  return xml.uploadPartCopy(request, prefix, {
    ...partEncryptionHeaders(request.encryption, dialect),
    ...customerKeyHeaders(`${prefix}copy-source-`, request.sourceKey),
  });
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0099.html */
export function uploadPart(request: UploadPartRequest, dialect: ObsDialect): StoreRequest {
  return xml.uploadPart(request, partEncryptionHeaders(request.encryption, dialect));
}
