import { createHash } from 'node:crypto';
import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import { Refusal } from '../../refusal.ts';
import { checkSentChecksum, checksumHeaders, fullObjectChecksum } from '../checksums.ts';
import { checkWriteConditions } from '../conditions.ts';
import { findBucket, header, type ObjectCall, type S3Call, type S3Context, versionHeader } from '../context.ts';
import { etagOf } from '../encryption.ts';
import { encryptionEcho, propertiesOf } from '../properties.ts';

/** The bytes of a request, checked against the digest that it may carry. */
export function contentOf(call: S3Call): Content {
  const declared = header(call, 'content-md5');
  const digest = declared === undefined ? undefined : createHash('md5').update(call.body).digest('base64');
  if (declared !== undefined && Buffer.from(declared, 'base64').length !== 16) {
    throw new Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  if (declared !== digest) {
    throw new Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      fields: { ExpectedDigest: declared ?? '', CalculatedDigest: digest ?? '' },
    });
  }
  return Content.ofBytes(call.body);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export function putObject(context: S3Context, call: ObjectCall): Answer {
  const bucket = findBucket(context, call);
  const content = contentOf(call);
  const algorithm = checkSentChecksum(call, content);
  const properties = propertiesOf(call, context.quirks);
  checkWriteConditions(context, call, bucket);
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...properties,
    content,
    etag: etagOf(content, properties.encryption),
    crc64: undefined,
    checksums: fullObjectChecksum(content, algorithm),
  });
  return {
    status: 200,
    headers: {
      etag: `"${stored.etag}"`,
      ...checksumHeaders(stored, context.quirks),
      ...versionHeader(bucket, stored.versionId),
      ...encryptionEcho(stored),
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export function deleteObject(context: S3Context, call: ObjectCall): Answer {
  const bucket = findBucket(context, call);
  const deletion = context.model.deleteObject(bucket.name, call.key, call.query.get('versionId'));
  return {
    status: 204,
    headers: {
      ...(deletion.versionId === undefined ? {} : versionHeader(bucket, deletion.versionId)),
      ...(deletion.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
    },
  };
}
