import { createHash } from 'node:crypto';
import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import { Refusal } from '../../refusal.ts';
import { type BucketCall, findBucket, header, type ObjectCall, type ObsContext, versionHeader } from '../context.ts';
import { echo, etagOf } from '../encryption.ts';
import { propertiesOf } from '../properties.ts';
import { checkWritable } from '../versions.ts';

/** The bytes of a request, checked against the digest that it may carry. */
export function bodyOf(call: BucketCall): Content {
  const { body } = call.request;
  const declared = header(call, 'content-md5');
  if (declared !== undefined && declared !== createHash('md5').update(body).digest('base64')) {
    throw new Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  return Content.ofBytes(body);
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0080.html */
export function putObject(context: ObsContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const content = bodyOf(call);
  checkWritable(context, bucket, call.key);
  const properties = propertiesOf(call);
  const etag = etagOf(content, properties.encryption ?? {});
  const stored = context.model.putVersion(bucket.name, call.key, { ...properties, content, etag, crc64: undefined });
  return {
    status: 200,
    headers: {
      etag: `"${stored.etag}"`,
      ...versionHeader(call, bucket, stored.versionId),
      ...echo(call.dialect, stored.encryption),
    },
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0085.html */
export function deleteObject(context: ObsContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const versionId = call.query.get('versionId');
  checkWritable(context, bucket, call.key);
  const deletion = context.model.deleteObject(bucket.name, call.key, versionId);
  return {
    status: 204,
    headers: {
      ...(deletion.versionId === undefined ? {} : versionHeader(call, bucket, deletion.versionId)),
      ...(deletion.deleteMarker ? { [`${call.dialect.prefix}delete-marker`]: 'true' } : {}),
    },
  };
}
