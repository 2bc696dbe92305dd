import type { Answer } from '../answer.ts';
import type { Tweaks } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { BucketCall, ObjectCall, ObsCall, ObsContext, ObsOperation } from './context.ts';
import {
  getBucketVersioning,
  headApiVersion,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './operations/bucket.ts';
import { completeMultipartUpload } from './operations/complete.ts';
import { copyObject } from './operations/copy.ts';
import { listMultipartUploads, listParts } from './operations/list-multipart.ts';
import { listObjects, listObjectVersions } from './operations/list-objects.ts';
import { abortMultipartUpload, initiateMultipartUpload, uploadPart, uploadPartCopy } from './operations/multipart.ts';
import { getObjectAcl, getObjectTagging, putObjectTagging, restoreObject } from './operations/object-extras.ts';
import { getObject, headObject } from './operations/read.ts';
import { deleteObject, putObject } from './operations/write.ts';

/** A row of the routing table: the first whose method, level and parameters fit is the operation. */
interface Route {
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there. */
  readonly parameters: readonly string[];
  readonly copying: boolean;
  readonly operation: string;
  /** The right it takes, for the current version. */
  readonly action: string;
  readonly run: (context: ObsContext, call: ObsCall, tweaks: Tweaks) => Answer;
}

function isBucketCall(call: ObsCall): call is BucketCall {
  return call.bucket !== undefined;
}

function isObjectCall(call: ObsCall): call is ObjectCall {
  return isBucketCall(call) && call.key !== undefined;
}

function onObject(
  method: string,
  operation: string,
  action: string,
  parameters: readonly string[],
  run: ObsOperation<ObjectCall>,
): Route {
  return {
    method,
    level: 'object',
    parameters,
    copying: operation.includes('Copy'),
    operation,
    action: `obs:object:${action}`,
    run: (context, call, tweaks) => (isObjectCall(call) ? run(context, call, tweaks) : refuseMethod()),
  };
}

function onBucket(
  method: string,
  operation: string,
  action: string,
  parameters: readonly string[],
  run: ObsOperation<BucketCall>,
): Route {
  return {
    method,
    level: 'bucket',
    parameters,
    copying: false,
    operation,
    action: `obs:bucket:${action}`,
    run: (context, call, tweaks) => (isBucketCall(call) ? run(context, call, tweaks) : refuseMethod()),
  };
}

/** The refusal of a method that nothing here answers to. */
export function refuseMethod(): never {
  throw new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

const parts = ['partNumber', 'uploadId'] as const;

const routes: readonly Route[] = [
  onObject('PUT', 'UploadPartCopy', 'PutObject', parts, uploadPartCopy),
  onObject('PUT', 'UploadPart', 'PutObject', parts, uploadPart),
  onObject('PUT', 'PutObjectTagging', 'PutObjectTagging', ['tagging'], putObjectTagging),
  onObject('PUT', 'CopyObject', 'PutObject', [], copyObject),
  onObject('PUT', 'PutObject', 'PutObject', [], putObject),
  onObject('POST', 'InitiateMultipartUpload', 'PutObject', ['uploads'], initiateMultipartUpload),
  onObject('POST', 'CompleteMultipartUpload', 'PutObject', ['uploadId'], completeMultipartUpload),
  onObject('POST', 'RestoreObject', 'RestoreObject', ['restore'], restoreObject),
  onObject('GET', 'ListParts', 'ListMultipartUploadParts', ['uploadId'], listParts),
  onObject('GET', 'GetObjectTagging', 'GetObjectTagging', ['tagging'], getObjectTagging),
  onObject('GET', 'GetObjectAcl', 'GetObjectAcl', ['acl'], getObjectAcl),
  onObject('GET', 'GetObject', 'GetObject', [], getObject),
  onObject('HEAD', 'HeadObject', 'GetObject', [], headObject),
  onObject('DELETE', 'AbortMultipartUpload', 'AbortMultipartUpload', ['uploadId'], abortMultipartUpload),
  onObject('DELETE', 'DeleteObject', 'DeleteObject', [], deleteObject),
  onBucket('GET', 'ListMultipartUploads', 'ListBucketMultipartUploads', ['uploads'], listMultipartUploads),
  onBucket('GET', 'GetBucketVersioning', 'GetBucketVersioning', ['versioning'], getBucketVersioning),
  onBucket('PUT', 'PutBucketVersioning', 'PutBucketVersioning', ['versioning'], putBucketVersioning),
  onBucket('GET', 'ListObjectVersions', 'ListBucketVersions', ['versions'], listObjectVersions),
  onBucket('GET', 'ListObjects', 'ListBucket', [], listObjects),
  onBucket('HEAD', 'HeadApiVersion', 'HeadApiVersion', ['apiversion'], headApiVersion),
  onBucket('HEAD', 'HeadBucket', 'HeadBucket', [], headBucket),
  {
    method: 'GET',
    level: 'service',
    parameters: [],
    copying: false,
    operation: 'ListBuckets',
    action: 'obs:bucket:ListAllMyBuckets',
    run: listBuckets,
  },
  {
    method: 'HEAD',
    level: 'service',
    parameters: ['apiversion'],
    copying: false,
    operation: 'HeadApiVersion',
    action: 'obs:bucket:HeadApiVersion',
    run: headApiVersion,
  },
];

/** Finds the operation that a request asks for. */
export function route(call: Pick<ObsCall, 'request' | 'dialect' | 'query' | 'bucket' | 'key'>): Route | undefined {
  const { request, dialect, query, bucket, key } = call;
  const level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const copies = request.headers.has(`${dialect.prefix}copy-source`);
  return routes.find(
    (candidate) =>
      candidate.method === request.method &&
      candidate.level === level &&
      candidate.parameters.every(query.has) &&
      (copies || !candidate.copying),
  );
}
