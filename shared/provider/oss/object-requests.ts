import type { CopyObjectRequest, GetRangeRequest, HeadRequest } from '../provider.ts';
import * as xml from '../xml/object-requests.ts';
import { present, type StoreRequest } from '../xml/request.ts';
import { newObjectHeaders, refuseCustomerKey } from './headers.ts';
import { OSS_LIMITS } from './limits.ts';
import { OSS_PREFIX } from './sign.ts';

/** https://www.alibabacloud.com/help/en/oss/developer-reference/headobject @throws CopyError Unsupported */
export function headObject(request: HeadRequest): StoreRequest {
  refuseCustomerKey(request.customerKey);
  return xml.headObject(request);
}

/**
 * Asks for the standard meaning of ranges: by its own, OSS answers a range beyond the end with the whole object.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/getobject
 * @throws CopyError Unsupported
 */
export function getObject(request: GetRangeRequest): StoreRequest {
  refuseCustomerKey(request.customerKey);
  return xml.getObject(request, { 'x-oss-range-behavior': 'standard' });
}

/**
 * Replaces metadata and tags by what the caller gives, so that nothing travels by itself; without a content type OSS
 * takes its default, `application/octet-stream`.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject
 * @throws CopyError Unsupported, InvalidRequest
 */
export function copyObject(request: CopyObjectRequest): StoreRequest {
  refuseCustomerKey(request.sourceKey);
  return xml.copyObject(request, OSS_PREFIX, OSS_LIMITS.maxCopyObjectBytes, {
    ...newObjectHeaders(request.object),
    ...present({ 'x-oss-object-acl': request.object.acl }),
    'x-oss-metadata-directive': 'REPLACE',
    'x-oss-tagging-directive': 'Replace',
  });
}
