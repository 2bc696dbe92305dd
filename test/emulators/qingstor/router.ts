import type { Answer } from '../answer.ts';
import type { Tweaks } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { BucketCall, ObjectCall, QingstorCall, QingstorContext, QingstorOperation } from './context.ts';
import { deleteBucket, headBucket, listObjects, putBucket } from './operations/bucket.ts';
import { completeMultipartUpload } from './operations/complete.ts';
import { copyObject } from './operations/copy.ts';
import { listMultipartUploads, listParts } from './operations/list-multipart.ts';
import { abortMultipartUpload, initiateMultipartUpload, uploadPart, uploadPartCopy } from './operations/multipart.ts';
import { getObject, headObject } from './operations/read.ts';
import { deleteObject, putObject } from './operations/write.ts';

/** A row of the routing table: the first whose method, level and parameters fit is the operation. */
interface Route {
  readonly method: string;
  readonly level: 'bucket' | 'object';
  readonly needs: Needs;
  /** By the name that all emulators share, so that one fault plan fits all. */
  readonly operation: string;
  /** The right it takes. */
  readonly action: string;
  readonly run: (context: QingstorContext, call: QingstorCall, tweaks: Tweaks) => Answer;
}

/** What has to be there besides method and level. */
interface Needs {
  readonly parameters?: readonly string[];
  readonly copySource?: boolean;
}

function isBucketCall(call: QingstorCall): call is BucketCall {
  return call.bucket !== undefined;
}

function isObjectCall(call: QingstorCall): call is ObjectCall {
  return isBucketCall(call) && call.key !== undefined;
}

/** The refusal of what is not an operation. */
export function methodNotAllowed(): Refusal {
  return new Refusal(405, 'method_not_allowed', 'The method is not allowed for this resource.');
}

function onObject(
  method: string,
  operation: string,
  action: string,
  needs: Needs,
  perform: QingstorOperation<ObjectCall>,
): Route {
  const run: Route['run'] = (context, call, tweaks) => {
    if (!isObjectCall(call)) {
      throw methodNotAllowed();
    }
    return perform(context, call, tweaks);
  };
  return { method, level: 'object', needs, operation, action, run };
}

function onBucket(
  method: string,
  operation: string,
  action: string,
  needs: Needs,
  perform: QingstorOperation<BucketCall>,
): Route {
  const run: Route['run'] = (context, call, tweaks) => {
    if (!isBucketCall(call)) {
      throw methodNotAllowed();
    }
    return perform(context, call, tweaks);
  };
  return { method, level: 'bucket', needs, operation, action, run };
}

const part: Needs = { parameters: ['part_number', 'upload_id'] };
const upload: Needs = { parameters: ['upload_id'] };
const uploads: Needs = { parameters: ['uploads'] };

const routes: readonly Route[] = [
  onObject('PUT', 'UploadPartCopy', 'upload_multipart', { ...part, copySource: true }, uploadPartCopy),
  onObject('PUT', 'UploadPart', 'upload_multipart', part, uploadPart),
  onObject('PUT', 'CopyObject', 'create_object', { copySource: true }, copyObject),
  onObject('PUT', 'PutObject', 'create_object', {}, putObject),
  onObject('POST', 'InitiateMultipartUpload', 'initiate_multipart_upload', uploads, initiateMultipartUpload),
  onObject('POST', 'CompleteMultipartUpload', 'complete_multipart_upload', upload, completeMultipartUpload),
  onObject('GET', 'ListParts', 'list_multipart', upload, listParts),
  onObject('GET', 'GetObject', 'get_object', {}, getObject),
  onObject('HEAD', 'HeadObject', 'head_object', {}, headObject),
  onObject('DELETE', 'AbortMultipartUpload', 'abort_multipart_upload', upload, abortMultipartUpload),
  onObject('DELETE', 'DeleteObject', 'delete_object', {}, deleteObject),
  onBucket('GET', 'ListMultipartUploads', 'list_multipart_uploads', uploads, listMultipartUploads),
  onBucket('GET', 'ListObjects', 'list_objects', {}, listObjects),
  onBucket('HEAD', 'HeadBucket', 'head_bucket', {}, headBucket),
  onBucket('PUT', 'PutBucket', 'create_bucket', {}, putBucket),
  onBucket('DELETE', 'DeleteBucket', 'delete_bucket', {}, deleteBucket),
];

/** Finds the operation that a request asks for. */
export function route(call: Pick<QingstorCall, 'request' | 'query' | 'bucket' | 'key'>): Route | undefined {
  const { request, query, bucket, key } = call;
  const level = bucket === undefined ? undefined : key === undefined ? 'bucket' : 'object';
  return routes.find(
    ({ method, level: wanted, needs }) =>
      method === request.method &&
      wanted === level &&
      (needs.parameters ?? []).every(query.has) &&
      (!needs.copySource || request.headers.has('x-qs-copy-source')),
  );
}
