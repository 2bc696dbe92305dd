import type { Answer } from '../../answer.ts';
import { Refusal } from '../../refusal.ts';
import { textOf, xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type OssCall, type OssContext, ossNamespace, xmlHeaders } from '../context.ts';

/** https://www.alibabacloud.com/help/en/oss/developer-reference/putbucket */
export function putBucket({ model }: OssContext, call: BucketCall): Answer {
  const storageClass = textOf(call.request.body.toString('utf8'), 'StorageClass') ?? 'Standard';
  if (!model.bucket(call.bucket)) {
    model.createBucket({ name: call.bucket, storageClass });
  }
  return { status: 200, headers: { location: `/${call.bucket}` } };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/deletebucket */
export function deleteBucket(context: OssContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  if (bucket.objects.size > 0 || bucket.uploads.size > 0) {
    throw new Refusal(409, 'BucketNotEmpty', 'The bucket has objects. Please delete them first.');
  }
  context.model.deleteBucket(call.bucket);
  return { status: 204, headers: {} };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/getbucketversioning */
export function getBucketVersioning(context: OssContext, call: BucketCall): Answer {
  const { versioning } = findBucket(context, call.bucket);
  const status = { never: undefined, enabled: 'Enabled', suspended: 'Suspended' }[versioning];
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument('VersioningConfiguration', { Status: status }, ossNamespace),
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketversioning */
export function putBucketVersioning(context: OssContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const status = textOf(call.request.body.toString('utf8'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw new Refusal(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema.',
    );
  }
  bucket.versioning = status === 'Enabled' ? 'enabled' : 'suspended';
  return { status: 200, headers: {} };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listbuckets — one page. */
export function listBuckets({ model }: OssContext, call: OssCall): Answer {
  const prefix = call.query.get('prefix') ?? '';
  const buckets = model
    .buckets()
    .filter(({ name }) => name.startsWith(prefix))
    .map((bucket) => ({
      Name: bucket.name,
      Location: `oss-${bucket.region}`,
      CreationDate: bucket.created.toISOString(),
      StorageClass: bucket.storageClass,
    }));
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument('ListAllMyBucketsResult', { Prefix: prefix, Buckets: { Bucket: buckets } }, ossNamespace),
  };
}
