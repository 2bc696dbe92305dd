import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { objectsPage } from '../../pages.ts';
import { Refusal } from '../../refusal.ts';
import { type BucketCall, findBucket, jsonAnswer, type QingstorContext } from '../context.ts';
import { limitOf } from './limit.ts';

const bucketName = /^[a-z0-9][a-z0-9-]{4,61}[a-z0-9]$/;

/** https://docs.qingcloud.com/qingstor/api/bucket/put.html */
export function putBucket({ model }: QingstorContext, call: BucketCall): Answer {
  if (!bucketName.test(call.bucket)) {
    throw new Refusal(
      400,
      'invalid_bucket_name',
      'A bucket name has 6 to 63 lower-case letters, digits and hyphens, none of these at its ends.',
    );
  }
  if (model.bucket(call.bucket)) {
    throw new Refusal(409, 'bucket_already_exists', 'A bucket of this name exists: choose another name.');
  }
  model.createBucket({ name: call.bucket, storageClass: 'STANDARD' });
  return { status: 201, headers: {} };
}

/** https://docs.qingcloud.com/qingstor/api/bucket/head.html */
export function headBucket(context: QingstorContext, call: BucketCall): Answer {
  findBucket(context, call.bucket);
  return { status: 200, headers: {} };
}

/** https://docs.qingcloud.com/qingstor/api/bucket/delete.html */
export function deleteBucket(context: QingstorContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  if (bucket.objects.size > 0) {
    throw new Refusal(409, 'bucket_not_empty', 'The bucket is not empty: delete its objects first.');
  }
  context.model.deleteBucket(bucket.name);
  return { status: 204, headers: {} };
}

/** https://docs.qingcloud.com/qingstor/api/bucket/get.html */
export function listObjects(context: QingstorContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const limit = limitOf(call);
  const [prefix = '', delimiter = '', marker = ''] = ['prefix', 'delimiter', 'marker'].map((name) =>
    call.query.get(name),
  );
  const page = objectsPage(context.model, bucket.name, { prefix, delimiter, marker, most: limit });
  return jsonAnswer({
    name: bucket.name,
    prefix,
    delimiter,
    limit,
    marker,
    next_marker: page.next?.key ?? '',
    ...(context.quirks.hasMore ? { has_more: page.next !== undefined } : {}),
    keys: page.items.map(describeKey),
    common_prefixes: page.prefixes,
  });
}

function describeKey(version: StoredVersion) {
  return {
    key: version.key,
    size: version.content.size,
    modified: Math.floor(version.lastModified.getTime() / 1000),
    created: version.lastModified.toISOString(),
    mime_type: version.contentHeaders['content-type'],
    etag: `"${version.etag}"`,
    storage_class: version.storageClass.toUpperCase(),
    encrypted: Object.keys(version.encryption).length > 0,
  };
}
