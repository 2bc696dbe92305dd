import { rangeHeader } from '../../range.ts';
import type { CopyObjectRequest, GetRangeRequest, HeadRequest, ObjectVersion } from '../provider.ts';
import {
  conditionHeaders,
  copySource,
  newObjectHeaders,
  refuseCustomerKey,
  sourceConditionHeaders,
  versionQuery,
} from './headers.ts';
import { OSS_LIMITS } from './limits.ts';
import {
  copyTimeoutMs,
  type OssRequest,
  present,
  SMALL_ANSWER_BYTES,
  SMALL_TIMEOUT_MS,
  transferTimeoutMs,
} from './request.ts';

/** https://www.alibabacloud.com/help/en/oss/developer-reference/headobject @throws CopyError Unsupported */
export function headObject({ object, conditions, customerKey }: HeadRequest): OssRequest {
  refuseCustomerKey(customerKey);
  return {
    operation: 'HeadObject',
    method: 'HEAD',
    ...onObject(object),
    query: versionQuery(object),
    headers: conditionHeaders(conditions),
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/getobjecttagging */
export function getObjectTagging(object: ObjectVersion): OssRequest {
  return {
    operation: 'GetObjectTagging',
    method: 'GET',
    ...onObject(object),
    query: [['tagging'], ...versionQuery(object)],
    headers: {},
  };
}

/**
 * Asks for the standard meaning of ranges: by its own, OSS answers a range beyond the end with the whole object.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/getobject
 * @throws CopyError Unsupported
 */
export function getObject({ object, range, ifMatch, customerKey }: GetRangeRequest): OssRequest {
  refuseCustomerKey(customerKey);
  return {
    operation: 'GetObject',
    method: 'GET',
    ...onObject(object),
    query: versionQuery(object),
    headers: present({ range: rangeHeader(range), 'x-oss-range-behavior': 'standard', 'if-match': ifMatch }),
    timeoutMs: transferTimeoutMs(range.length),
    maxAnswerBytes: Math.max(range.length, SMALL_ANSWER_BYTES),
  };
}

/**
 * Replaces metadata and tags by what the caller gives, so that nothing travels by itself; without a content type OSS
 * takes its default, `application/octet-stream`.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject
 * @throws CopyError Unsupported, InvalidRequest
 */
export function copyObject({ source, destination, object, conditions, sourceKey }: CopyObjectRequest): OssRequest {
  refuseCustomerKey(sourceKey);
  return {
    operation: 'CopyObject',
    method: 'PUT',
    ...destination,
    query: [],
    headers: {
      ...newObjectHeaders(object),
      ...sourceConditionHeaders(conditions),
      ...present({ 'x-oss-object-acl': object.acl }),
      'x-oss-copy-source': copySource(source),
      'x-oss-metadata-directive': 'REPLACE',
      'x-oss-tagging-directive': 'Replace',
    },
    // The size is not known here; nothing larger is planned.
    timeoutMs: copyTimeoutMs(OSS_LIMITS.maxCopyObjectBytes),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
    source,
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/deleteobject */
export function deleteObject(object: ObjectVersion): OssRequest {
  return {
    operation: 'DeleteObject',
    method: 'DELETE',
    bucket: object.bucket,
    key: object.key,
    query: versionQuery(object),
    headers: {},
    timeoutMs: SMALL_TIMEOUT_MS,
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}

function onObject(
  object: ObjectVersion,
): Pick<OssRequest, 'bucket' | 'key' | 'source' | 'timeoutMs' | 'maxAnswerBytes'> {
  return {
    bucket: object.bucket,
    key: object.key,
    source: object,
    timeoutMs: SMALL_TIMEOUT_MS,
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}
