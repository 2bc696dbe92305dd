import { rangeHeader } from '../../range.ts';
import type { CopyObjectRequest, GetRangeRequest, HeadRequest, ObjectVersion } from '../provider.ts';
import { conditionHeaders } from '../xml/headers.ts';
import {
  copyTimeoutMs,
  present,
  SMALL_ANSWER_BYTES,
  SMALL_TIMEOUT_MS,
  type StoreRequest,
  transferTimeoutMs,
} from '../xml/request.ts';
import { customerKeyHeaders, newObjectHeaders, sourceHeaders, versionQuery } from './headers.ts';
import { QINGSTOR_LIMITS } from './limits.ts';

const SMALL = { timeoutMs: SMALL_TIMEOUT_MS, maxAnswerBytes: SMALL_ANSWER_BYTES } as const;

/** https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/basic_opt/head/ */
export function headObject({ object, conditions, customerKey }: HeadRequest): StoreRequest {
  return {
    operation: 'HeadObject',
    method: 'HEAD',
    ...onObject(object),
    headers: { ...conditionHeaders(conditions), ...customerKeyHeaders('x-qs-', customerKey) },
    source: object,
    ...SMALL,
  };
}

/** https://docs.qingcloud.com/qingstor/api/object/get.html */
export function getObject({ object, range, ifMatch, customerKey }: GetRangeRequest): StoreRequest {
  return {
    operation: 'GetObject',
    method: 'GET',
    ...onObject(object),
    headers: {
      ...present({ range: rangeHeader(range) }),
      ...conditionHeaders({ ifMatch }),
      ...customerKeyHeaders('x-qs-', customerKey),
    },
    source: object,
    timeoutMs: transferTimeoutMs(range.length),
    maxAnswerBytes: Math.max(range.length, SMALL_ANSWER_BYTES),
  };
}

/**
 * Replaces the metadata by what the caller gives, so that nothing travels by itself.
 *
 * @see https://docs.qingcloud.com/qingstor/api/object/put.html
 * @throws CopyError Unsupported, InvalidRequest
 */
export function copyObject({ destination, object, ...from }: CopyObjectRequest): StoreRequest {
  return {
    operation: 'CopyObject',
    method: 'PUT',
    ...destination,
    query: [],
    headers: { ...newObjectHeaders(object), ...sourceHeaders(from), 'x-qs-metadata-directive': 'replace' },
    // The size is not known here; nothing larger is planned.
    timeoutMs: copyTimeoutMs(QINGSTOR_LIMITS.maxCopyObjectBytes),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
    source: from.source,
  };
}

/** https://docs.qingcloud.com/qingstor/api/object/delete.html */
export function deleteObject(object: ObjectVersion): StoreRequest {
  return { operation: 'DeleteObject', method: 'DELETE', ...onObject(object), headers: {}, ...SMALL };
}

function onObject(object: ObjectVersion): Pick<StoreRequest, 'bucket' | 'key' | 'query'> {
  return { bucket: object.bucket, key: object.key, query: versionQuery(object) };
}
