import { createHash } from 'node:crypto';
import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import { Refusal } from '../../refusal.ts';
import { findBucket, header, type ObjectCall, type QingstorContext, versionHeader } from '../context.ts';
import { encryptionEcho } from '../encryption.ts';
import { propertiesOf } from '../properties.ts';

const mostBytes = 5 * 2 ** 30;

/** The bytes of a request, checked against the digest that it may carry. */
export function bodyOf(call: ObjectCall): Content {
  const { body } = call.request;
  const declared = header(call, 'content-md5');
  if (declared !== undefined && declared !== createHash('md5').update(body).digest('base64')) {
    throw new Refusal(400, 'bad_digest', 'The Content-MD5 does not match the data that was received.');
  }
  return Content.ofBytes(body);
}

/** Refuses more bytes than one request may store. */
export function checkLargest({ size }: Content): void {
  if (size > mostBytes) {
    throw new Refusal(400, 'entity_too_large', 'One request stores at most 5 GB: use more parts.');
  }
}

/** https://docs.qingcloud.com/qingstor/api/object/put.html */
export function putObject(context: QingstorContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const content = bodyOf(call);
  const stored = context.model.putVersion(bucket.name, call.key, { ...propertiesOf(call), content, crc64: undefined });
  return {
    status: 201,
    headers: {
      etag: `"${stored.etag}"`,
      ...versionHeader(bucket, stored.versionId),
      ...encryptionEcho(stored.encryption),
    },
  };
}

/** https://docs.qingcloud.com/qingstor/api/object/delete.html */
export function deleteObject(context: QingstorContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const deletion = context.model.deleteObject(bucket.name, call.key, call.query.get('version_id'));
  return {
    status: 204,
    headers: {
      ...(deletion.versionId === undefined ? {} : versionHeader(bucket, deletion.versionId)),
      ...(deletion.deleteMarker ? { 'x-qs-delete-marker': 'true' } : {}),
    },
  };
}
