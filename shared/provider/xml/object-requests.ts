import { rangeHeader } from '../../range.ts';
import type { CopyObjectRequest, GetRangeRequest, HeadRequest, ObjectVersion } from '../provider.ts';
import { conditionHeaders, sourceHeaders, versionQuery } from './headers.ts';
import {
  copyTimeoutMs,
  type Headers,
  present,
  SMALL_ANSWER_BYTES,
  SMALL_TIMEOUT_MS,
  type StoreRequest,
  transferTimeoutMs,
} from './request.ts';

/** HEAD of an object version; `headers` are the provider's own. */
export function headObject({ object, conditions }: HeadRequest, headers: Headers = {}): StoreRequest {
  return {
    operation: 'HeadObject',
    method: 'HEAD',
    ...onObject(object),
    query: versionQuery(object),
    headers: { ...conditionHeaders(conditions), ...headers },
  };
}

/** The tags of an object version. */
export function getObjectTagging(object: ObjectVersion): StoreRequest {
  return getSubresource('GetObjectTagging', object, 'tagging');
}

/** What is kept beside an object version under a name of its own. */
export function getSubresource(operation: string, object: ObjectVersion, name: 'tagging' | 'acl'): StoreRequest {
  return {
    operation,
    method: 'GET',
    ...onObject(object),
    query: [[name], ...versionQuery(object)],
    headers: {},
  };
}

/** One range of an object version; `headers` are the provider's own. */
export function getObject({ object, range, ifMatch }: GetRangeRequest, headers: Headers = {}): StoreRequest {
  return {
    operation: 'GetObject',
    method: 'GET',
    ...onObject(object),
    query: versionQuery(object),
    headers: { ...present({ range: rangeHeader(range) }), ...conditionHeaders({ ifMatch }), ...headers },
    timeoutMs: transferTimeoutMs(range.length),
    maxAnswerBytes: Math.max(range.length, SMALL_ANSWER_BYTES),
  };
}

/**
 * A copy in one request; `headers` say everything about the new object, because nothing travels by itself.
 *
 * @param prefix what the provider's own headers begin with.
 */
export function copyObject(
  request: CopyObjectRequest,
  prefix: string,
  maxCopyObjectBytes: number,
  headers: Headers,
): StoreRequest {
  return {
    operation: 'CopyObject',
    method: 'PUT',
    ...request.destination,
    query: [],
    headers: { ...headers, ...sourceHeaders(prefix, request) },
    // The size is not known here; nothing larger is planned.
    timeoutMs: copyTimeoutMs(maxCopyObjectBytes),
    maxAnswerBytes: SMALL_ANSWER_BYTES,
    source: request.source,
  };
}

/** Deletes a key or one version. */
export function deleteObject(object: ObjectVersion): StoreRequest {
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
): Pick<StoreRequest, 'bucket' | 'key' | 'source' | 'timeoutMs' | 'maxAnswerBytes'> {
  return {
    bucket: object.bucket,
    key: object.key,
    source: object,
    timeoutMs: SMALL_TIMEOUT_MS,
    maxAnswerBytes: SMALL_ANSWER_BYTES,
  };
}
