import type { Answer } from '../answer.ts';
import type { Tweaks } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { BucketCall, ObjectCall, S3Call, S3Context, S3Operation } from './context.ts';
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './operations/bucket.ts';
import { completeMultipartUpload } from './operations/complete.ts';
import { copyObject } from './operations/copy.ts';
import { listMultipartUploads, listParts } from './operations/list-multipart.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './operations/list-objects.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './operations/multipart.ts';
import { getObjectAcl, getObjectTagging, putObjectTagging, restoreObject } from './operations/object-extras.ts';
import { getObject, headObject } from './operations/read.ts';
import { deleteObject, putObject } from './operations/write.ts';

/** A row of the routing table: the first whose method, level and parameters fit is the operation. */
interface Route {
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** What must hold for the names of query parameters and headers. */
  readonly when: (parameters: readonly string[], header: (name: string) => boolean) => boolean;
  readonly operation: string;
  /** The right it takes, for the current version. */
  readonly action: string;
  readonly run: (context: S3Context, call: S3Call, tweaks: Tweaks) => Answer;
}

type When = Route['when'];

/** Sub-resources that make a request something else than what it looks like. */
const notImplemented = [
  'acl',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'legal-hold',
  'lifecycle',
  'object-lock',
  'policy',
  'retention',
  'select',
  'tagging',
  'website',
];

const plain: When = (parameters) => !parameters.some((name) => notImplemented.includes(name));
const parameter =
  (...names: readonly string[]): When =>
  (parameters) =>
    names.every((name) => parameters.includes(name));
const copying: When = (parameters, header) => plain(parameters, header) && header('x-amz-copy-source');
const both =
  (a: When, b: When): When =>
  (parameters, header) =>
    a(parameters, header) && b(parameters, header);

function isBucketCall(call: S3Call): call is BucketCall {
  return call.bucket !== undefined;
}

function isObjectCall(call: S3Call): call is ObjectCall {
  return isBucketCall(call) && call.key !== undefined;
}

/** The refusal of what this emulator, or S3, does not do. */
export function unknownOperation(): Refusal {
  return new Refusal(
    501,
    'NotImplemented',
    'A header or query parameter you provided implies functionality that is not implemented.',
  );
}

function onObject(method: string, operation: string, action: string, when: When, run: S3Operation<ObjectCall>): Route {
  return {
    method,
    level: 'object',
    when,
    operation,
    action: `s3:${action}`,
    run: (context, call, tweaks) => {
      if (!isObjectCall(call)) {
        throw unknownOperation();
      }
      return run(context, call, tweaks);
    },
  };
}

function onBucket(method: string, operation: string, action: string, when: When, run: S3Operation<BucketCall>): Route {
  return {
    method,
    level: 'bucket',
    when,
    operation,
    action: `s3:${action}`,
    run: (context, call, tweaks) => {
      if (!isBucketCall(call)) {
        throw unknownOperation();
      }
      return run(context, call, tweaks);
    },
  };
}

const part = parameter('partNumber', 'uploadId');

/** Actions as in https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const routes: readonly Route[] = [
  onObject('PUT', 'UploadPartCopy', 'PutObject', both(part, copying), uploadPartCopy),
  onObject('PUT', 'UploadPart', 'PutObject', part, uploadPart),
  onObject('PUT', 'PutObjectTagging', 'PutObjectTagging', parameter('tagging'), putObjectTagging),
  onObject('PUT', 'CopyObject', 'PutObject', copying, copyObject),
  onObject('PUT', 'PutObject', 'PutObject', plain, putObject),
  onObject('POST', 'CreateMultipartUpload', 'PutObject', parameter('uploads'), createMultipartUpload),
  onObject('POST', 'CompleteMultipartUpload', 'PutObject', parameter('uploadId'), completeMultipartUpload),
  onObject('POST', 'RestoreObject', 'RestoreObject', parameter('restore'), restoreObject),
  onObject('GET', 'ListParts', 'ListMultipartUploadParts', parameter('uploadId'), listParts),
  onObject('GET', 'GetObjectTagging', 'GetObjectTagging', parameter('tagging'), getObjectTagging),
  onObject('GET', 'GetObjectAcl', 'GetObjectAcl', parameter('acl'), getObjectAcl),
  onObject('GET', 'GetObject', 'GetObject', plain, getObject),
  onObject('HEAD', 'HeadObject', 'GetObject', plain, headObject),
  onObject('DELETE', 'AbortMultipartUpload', 'AbortMultipartUpload', parameter('uploadId'), abortMultipartUpload),
  onObject('DELETE', 'DeleteObject', 'DeleteObject', plain, deleteObject),
  onBucket('GET', 'ListMultipartUploads', 'ListBucketMultipartUploads', parameter('uploads'), listMultipartUploads),
  onBucket('GET', 'GetBucketVersioning', 'GetBucketVersioning', parameter('versioning'), getBucketVersioning),
  onBucket('GET', 'GetBucketLocation', 'GetBucketLocation', parameter('location'), getBucketLocation),
  onBucket('GET', 'ListObjectVersions', 'ListBucketVersions', parameter('versions'), listObjectVersions),
  onBucket('GET', 'ListObjectsV2', 'ListBucket', parameter('list-type'), listObjectsV2),
  onBucket('GET', 'ListObjects', 'ListBucket', plain, listObjects),
  onBucket('HEAD', 'HeadBucket', 'ListBucket', plain, headBucket),
  onBucket('PUT', 'PutBucketVersioning', 'PutBucketVersioning', parameter('versioning'), putBucketVersioning),
  onBucket('PUT', 'CreateBucket', 'CreateBucket', plain, createBucket),
  onBucket('DELETE', 'DeleteBucket', 'DeleteBucket', plain, deleteBucket),
  {
    method: 'GET',
    level: 'service',
    when: plain,
    operation: 'ListBuckets',
    action: 's3:ListAllMyBuckets',
    run: listBuckets,
  },
];

/** Finds the operation that a request asks for. */
export function route(call: Pick<S3Call, 'request' | 'query' | 'bucket' | 'key'>): Route | undefined {
  const { request, query, bucket, key } = call;
  const level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const parameters = query.entries.map(([name]) => name);
  return routes.find(
    (candidate) =>
      candidate.method === request.method &&
      candidate.level === level &&
      candidate.when(parameters, (name) => request.headers.has(name)),
  );
}
