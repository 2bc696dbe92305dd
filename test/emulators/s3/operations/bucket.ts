import type { Answer } from '../../answer.ts';
import { malformedXml } from '../../parts-document.ts';
import { Refusal } from '../../refusal.ts';
import { textOf, xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type S3Call, type S3Context, s3Namespace, xmlHeaders } from '../context.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export function createBucket({ model }: S3Context, call: BucketCall): Answer {
  if (model.bucket(call.bucket)) {
    throw new Refusal(409, 'BucketAlreadyOwnedByYou', 'The bucket that you tried to create already exists.', {
      fields: { BucketName: call.bucket },
    });
  }
  model.createBucket({ name: call.bucket });
  return { status: 200, headers: { location: `/${call.bucket}` } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export function headBucket(context: S3Context, call: BucketCall): Answer {
  return { status: 200, headers: { 'x-amz-bucket-region': findBucket(context, call).region } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
export function deleteBucket(context: S3Context, call: BucketCall): Answer {
  const bucket = findBucket(context, call);
  if (bucket.objects.size > 0 || bucket.uploads.size > 0) {
    throw new Refusal(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty');
  }
  context.model.deleteBucket(call.bucket);
  return { status: 204, headers: {} };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
export function getBucketVersioning(context: S3Context, call: BucketCall): Answer {
  const { versioning } = findBucket(context, call);
  const status = { never: undefined, enabled: 'Enabled', suspended: 'Suspended' }[versioning];
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument('VersioningConfiguration', { Status: status }, s3Namespace),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
export function putBucketVersioning(context: S3Context, call: BucketCall): Answer {
  const bucket = findBucket(context, call);
  const status = textOf(call.body.toString('utf8'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw malformedXml();
  }
  bucket.versioning = status === 'Enabled' ? 'enabled' : 'suspended';
  return { status: 200, headers: {} };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html — us-east-1 has no name there. */
export function getBucketLocation(context: S3Context, call: BucketCall): Answer {
  const { region } = findBucket(context, call);
  const inside = region === 'us-east-1' ? '' : region;
  return {
    status: 200,
    headers: xmlHeaders,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${s3Namespace}">${inside}</LocationConstraint>`,
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html — one page. */
export function listBuckets({ model, ownerId }: S3Context, call: S3Call): Answer {
  const prefix = call.query.get('prefix') ?? '';
  const buckets = model
    .buckets()
    .filter(({ name }) => name.startsWith(prefix))
    .map((bucket) => ({ Name: bucket.name, CreationDate: bucket.created.toISOString(), BucketRegion: bucket.region }));
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListAllMyBucketsResult',
      { Owner: { ID: ownerId, DisplayName: 'objectferry' }, Buckets: { Bucket: buckets } },
      s3Namespace,
    ),
  };
}
