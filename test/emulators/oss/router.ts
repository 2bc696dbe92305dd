import type { Answer } from '../answer.ts';
import type { Tweaks } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { BucketCall, ObjectCall, OssCall, OssContext, OssOperation } from './context.ts';
import { deleteBucket, getBucketVersioning, listBuckets, putBucket, putBucketVersioning } from './operations/bucket.ts';
import { completeMultipartUpload } from './operations/complete.ts';
import { copyObject } from './operations/copy.ts';
import { listMultipartUploads, listParts } from './operations/list-multipart.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './operations/list-objects.ts';
import { abortMultipartUpload, initiateMultipartUpload, uploadPart, uploadPartCopy } from './operations/multipart.ts';
import { getObjectAcl, getObjectTagging, putObjectTagging, restoreObject } from './operations/object-extras.ts';
import { getObject, getObjectMeta, headObject } from './operations/read.ts';
import { appendObject, deleteObject, putObject } from './operations/write.ts';

/** A row of the routing table: the first whose method, level and parameters fit is the operation. */
interface Route {
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there, or a header, or a value. */
  readonly when: (has: (name: string) => boolean, header: (name: string) => boolean) => boolean;
  readonly operation: string;
  /** The right it takes, for the current version. */
  readonly action: string;
  readonly run: (context: OssContext, call: OssCall, tweaks: Tweaks) => Answer;
}

type When = Route['when'];

const always: When = () => true;
const parameter =
  (...names: readonly string[]): When =>
  (has) =>
    names.every(has);
const copying: When = (_, header) => header('x-oss-copy-source');
const both =
  (a: When, b: When): When =>
  (has, header) =>
    a(has, header) && b(has, header);

function isBucketCall(call: OssCall): call is BucketCall {
  return call.bucket !== undefined;
}

function isObjectCall(call: OssCall): call is ObjectCall {
  return isBucketCall(call) && call.key !== undefined;
}

function onObject(method: string, operation: string, action: string, when: When, run: OssOperation<ObjectCall>): Route {
  return {
    method,
    level: 'object',
    when,
    operation,
    action,
    run: (context, call, tweaks) => (isObjectCall(call) ? run(context, call, tweaks) : refuseMethod()),
  };
}

function onBucket(method: string, operation: string, when: When, run: OssOperation<BucketCall>): Route {
  return {
    method,
    level: 'bucket',
    when,
    operation,
    action: `oss:${operation.replace('V2', '')}`,
    run: (context, call, tweaks) => (isBucketCall(call) ? run(context, call, tweaks) : refuseMethod()),
  };
}

function refuseMethod(): never {
  throw new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

const putAction = 'oss:PutObject';
const getAction = 'oss:GetObject';

const routes: readonly Route[] = [
  onObject('PUT', 'UploadPartCopy', putAction, both(parameter('partNumber', 'uploadId'), copying), uploadPartCopy),
  onObject('PUT', 'UploadPart', putAction, parameter('partNumber', 'uploadId'), uploadPart),
  onObject('PUT', 'PutObjectTagging', 'oss:PutObjectTagging', parameter('tagging'), putObjectTagging),
  onObject('PUT', 'CopyObject', putAction, copying, copyObject),
  onObject('PUT', 'PutObject', putAction, always, putObject),
  onObject('POST', 'InitiateMultipartUpload', putAction, parameter('uploads'), initiateMultipartUpload),
  onObject('POST', 'CompleteMultipartUpload', putAction, parameter('uploadId'), completeMultipartUpload),
  onObject('POST', 'AppendObject', putAction, parameter('append'), appendObject),
  onObject('POST', 'RestoreObject', 'oss:RestoreObject', parameter('restore'), restoreObject),
  onObject('GET', 'ListParts', 'oss:ListParts', parameter('uploadId'), listParts),
  onObject('GET', 'GetObjectTagging', 'oss:GetObjectTagging', parameter('tagging'), getObjectTagging),
  onObject('GET', 'GetObjectAcl', 'oss:GetObjectAcl', parameter('acl'), getObjectAcl),
  onObject('GET', 'GetObject', getAction, always, getObject),
  onObject('HEAD', 'GetObjectMeta', getAction, parameter('objectMeta'), getObjectMeta),
  onObject('HEAD', 'HeadObject', getAction, always, headObject),
  onObject('DELETE', 'AbortMultipartUpload', 'oss:AbortMultipartUpload', parameter('uploadId'), abortMultipartUpload),
  onObject('DELETE', 'DeleteObject', 'oss:DeleteObject', always, deleteObject),
  onBucket('GET', 'ListMultipartUploads', parameter('uploads'), listMultipartUploads),
  onBucket('GET', 'GetBucketVersioning', parameter('versioning'), getBucketVersioning),
  onBucket('GET', 'ListObjectVersions', parameter('versions'), listObjectVersions),
  onBucket('GET', 'ListObjectsV2', parameter('list-type'), listObjectsV2),
  onBucket('GET', 'ListObjects', always, listObjects),
  onBucket('PUT', 'PutBucketVersioning', parameter('versioning'), putBucketVersioning),
  onBucket('PUT', 'PutBucket', always, putBucket),
  onBucket('DELETE', 'DeleteBucket', always, deleteBucket),
  {
    method: 'GET',
    level: 'service',
    when: always,
    operation: 'ListBuckets',
    action: 'oss:ListBuckets',
    run: listBuckets,
  },
];

/** Finds the operation that a request asks for. */
export function route(call: Pick<OssCall, 'request' | 'query' | 'bucket' | 'key'>): Route | undefined {
  const { request, query, bucket, key } = call;
  const level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  return routes.find(
    (candidate) =>
      candidate.method === request.method &&
      candidate.level === level &&
      candidate.when(query.has, (name) => request.headers.has(name)),
  );
}
