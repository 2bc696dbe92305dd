import { createHash } from 'node:crypto';
import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import { Refusal } from '../../refusal.ts';
import {
  type BucketCall,
  crcHeader,
  findBucket,
  header,
  type ObjectCall,
  type OssContext,
  versionHeader,
} from '../context.ts';
import { aclOf, propertiesOf } from '../properties.ts';
import { checkForbidOverwrite, checkWritable } from '../versions.ts';

const mostBytes = 5 * 2 ** 30;

/** The bytes of a request, checked against the digest that it may carry. */
export function bodyOf(call: BucketCall): Content {
  const { body } = call.request;
  const declared = header(call, 'content-md5');
  if (declared !== undefined && declared !== createHash('md5').update(body).digest('base64')) {
    throw new Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', {
      fields: { 'Content-MD5': declared },
    });
  }
  return Content.ofBytes(body);
}

/** Whether the client forbids to replace an existing object. */
export function forbidsOverwrite(call: BucketCall): boolean {
  return header(call, 'x-oss-forbid-overwrite') === 'true';
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/putobject */
export function putObject(context: OssContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const content = bodyOf(call);
  checkForbidOverwrite(context, bucket, call.key, forbidsOverwrite(call));
  checkWritable(context, bucket, call.key);
  const stored = context.model.putVersion(bucket.name, call.key, { ...propertiesOf(call), ...aclOf(call), content });
  return {
    status: 200,
    headers: {
      etag: `"${stored.etag}"`,
      'content-md5': content.md5().toString('base64'),
      ...crcHeader(stored.crc64),
      ...versionHeader(bucket, stored.versionId),
      ...stored.encryption,
    },
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/appendobject */
export function appendObject(context: OssContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const added = bodyOf(call);
  checkWritable(context, bucket, call.key);
  const before = context.model.getObject(bucket.name, call.key);
  if (before && before.type !== 'Appendable') {
    throw new Refusal(409, 'ObjectNotAppendable', 'The object is not appendable');
  }
  const size = before?.content.size ?? 0;
  if (Number(call.query.get('position')) !== size) {
    throw new Refusal(409, 'PositionNotEqualToLength', 'Position is not equal to file length', {
      headers: { 'x-oss-next-append-position': String(size) },
    });
  }
  const content = Content.concat([before?.content ?? Content.empty, added]);
  if (content.size > mostBytes) {
    throw new Refusal(409, 'InvalidArgument', 'An appendable object holds at most 5 GB.');
  }
  const kept = before ?? { ...propertiesOf(call), ...aclOf(call) };
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...kept,
    content,
    crc64: content.crc64(),
    etag: content.md5().toString('hex').toUpperCase(),
    type: 'Appendable',
    lastModified: undefined,
  });
  return {
    status: 200,
    headers: {
      etag: `"${stored.etag}"`,
      'x-oss-next-append-position': String(content.size),
      ...crcHeader(stored.crc64),
      ...versionHeader(bucket, stored.versionId),
    },
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/deleteobject */
export function deleteObject(context: OssContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const versionId = call.query.get('versionId');
  if (bucket.immutable && context.model.version(bucket.name, call.key, versionId)) {
    checkWritable(context, bucket, call.key);
  }
  const deletion = context.model.deleteObject(bucket.name, call.key, versionId);
  return {
    status: 204,
    headers: {
      ...(deletion.versionId === undefined ? {} : versionHeader(bucket, deletion.versionId)),
      ...(deletion.deleteMarker ? { 'x-oss-delete-marker': 'true' } : {}),
    },
  };
}
