import type { CopyObjectRequest, GetRangeRequest, HeadRequest } from '../provider.ts';
import { customerKeyHeaders } from '../xml/headers.ts';
import * as xml from '../xml/object-requests.ts';
import type { StoreRequest } from '../xml/request.ts';
import type { ObsDialect } from './dialect.ts';
import { newObjectHeaders } from './headers.ts';
import { OBS_LIMITS } from './limits.ts';

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0084.html */
export function headObject(request: HeadRequest, { prefix }: ObsDialect): StoreRequest {
  return xml.headObject(request, customerKeyHeaders(prefix, request.customerKey));
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0083.html */
export function getObject(request: GetRangeRequest, { prefix }: ObsDialect): StoreRequest {
  return xml.getObject(request, customerKeyHeaders(prefix, request.customerKey));
}

/**
 * Replaces metadata and tags by what the caller gives, so that nothing travels by itself. Has no body at all: OBS refuses
 * one with 400.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0082.html
 * @throws CopyError Unsupported, InvalidRequest
 */
export function copyObject(request: CopyObjectRequest, dialect: ObsDialect): StoreRequest {
  const { prefix } = dialect;
  return xml.copyObject(request, prefix, OBS_LIMITS.maxCopyObjectBytes, {
    ...newObjectHeaders(request.object, dialect),
    ...customerKeyHeaders(`${prefix}copy-source-`, request.sourceKey),
    [`${prefix}metadata-directive`]: 'REPLACE',
    [`${prefix}tagging-directive`]: 'REPLACE',
  });
}
