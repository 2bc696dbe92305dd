import type { Bucket, StoredVersion } from '../object-types.ts';
import { decodePercent } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { type CopySource, missing, parseCopySource } from '../target.ts';
import { checkCopyConditions } from './conditions.ts';
import { type BucketCall, invalid, type ObsContext, own } from './context.ts';
import { amzDialect } from './dialect.ts';
import { checkKmsKey, checkReadKey } from './encryption.ts';
import { authorizeAccess } from './permissions.ts';
import { checkReadable } from './versions.ts';

/** A source that may be copied from. */
export interface OpenSource {
  readonly bucket: Bucket;
  readonly version: StoredVersion;
}

/** Huawei's own SDK encodes the slash behind the bucket; a raw `+` stands for a blank. */
function readCopySource(value: string): CopySource {
  return parseCopySource(value, {
    decode: (text) => decodePercent(text.replaceAll('+', '%20')),
    refusal: () =>
      invalid('InvalidArgument', 'The copy source must name bucket and object: /sourcebucket/sourceobject.'),
  });
}

/** Finds what is to be copied and refuses what OBS does not copy from. */
export function openCopySource(context: ObsContext, call: BucketCall): OpenSource {
  if (call.request.body.length > 0) {
    throw new Refusal(400, 'UnexpectedContent', 'This request does not support content.');
  }
  const source = readCopySource(own(call, 'copy-source') ?? '');
  authorizeAccess(context, call, 'obs:object:GetObject', source);
  const bucket = findSourceBucket(context, source.bucket);
  const version = context.model.version(source.bucket, source.key, source.versionId);
  // A delete marker is not found, by its id neither.
  if (!version || version.deleteMarker) {
    throw missing(source.key, version ? undefined : source.versionId);
  }
  checkReadable(context, version);
  checkReadKey(call, version.encryption, 'copy-source-');
  checkKmsKey(call, version.encryption);
  if (call.dialect !== amzDialect || context.quirks.amzCopyConditions === 'checked') {
    checkCopyConditions(call, version, context.model.now());
  }
  return { bucket, version };
}

/** Which code OBS gives across regions is not documented; the sentence names the reason. */
function findSourceBucket({ model, region }: ObsContext, name: string): Bucket {
  const bucket = model.bucket(name);
  if (!bucket) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { fields: { BucketName: name } });
  }
  if (bucket.region !== region) {
    throw new Refusal(403, 'AccessDenied', 'The source bucket and the target bucket are not in the same region.');
  }
  return bucket;
}
