import type { Answer } from '../../answer.ts';
import { Refusal } from '../../refusal.ts';
import { textOf, xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type ObsCall, type ObsContext, owner, xmlHeaders } from '../context.ts';

/** What SDKs ask, unsigned, to find out whether the native dialect is spoken: from 3.0 on it is. */
export function headApiVersion(): Answer {
  return { status: 200, headers: { 'x-obs-api': '3.0' } };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0023.html */
export function headBucket(context: ObsContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  return { status: 200, headers: { [`${call.dialect.prefix}bucket-location`]: bucket.region } };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0020.html */
export function listBuckets({ model, region }: ObsContext, call: ObsCall): Answer {
  const buckets = model.buckets().map((bucket) => ({
    Name: bucket.name,
    CreationDate: bucket.created.toISOString(),
    Location: bucket.region,
  }));
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListAllMyBucketsResult',
      { Owner: owner, Buckets: { Bucket: buckets } },
      call.dialect.namespace(region),
    ),
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0038.html */
export function getBucketVersioning(context: ObsContext, call: BucketCall): Answer {
  const { versioning } = findBucket(context, call.bucket);
  const status = { never: undefined, enabled: 'Enabled', suspended: 'Suspended' }[versioning];
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument('VersioningConfiguration', { Status: status }, call.dialect.namespace(context.region)),
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0037.html */
export function putBucketVersioning(context: ObsContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const status = textOf(call.request.body.toString('utf8'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw new Refusal(400, 'MalformedXML', 'The status of versioning must be Enabled or Suspended.');
  }
  bucket.versioning = status === 'Enabled' ? 'enabled' : 'suspended';
  return { status: 200, headers: {} };
}
