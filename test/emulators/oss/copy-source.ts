import type { Bucket, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { type CopySource, missing, parseCopySource } from '../target.ts';
import { checkConditions } from './conditions.ts';
import { type BucketCall, header, type OssContext, versionHeader } from './context.ts';
import { authorizeAccess } from './permissions.ts';
import { checkReadable, followLink, immutable } from './versions.ts';

/** A source that may be copied from. */
export interface OpenSource {
  readonly bucket: Bucket;
  readonly version: StoredVersion;
  /** The header that says which version is copied. */
  readonly headers: Record<string, string>;
}

function readCopySource(value: string): CopySource {
  const sentence = 'Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.';
  const fields = { ArgumentName: 'x-oss-copy-source', ArgumentValue: value };
  return parseCopySource(value, { refusal: () => new Refusal(400, 'InvalidArgument', sentence, { fields }) });
}

/** Finds what is to be copied and refuses what OSS does not copy from. */
export function openCopySource(context: OssContext, call: BucketCall): OpenSource {
  const source = readCopySource(header(call, 'x-oss-copy-source') ?? '');
  authorizeAccess(context, call, 'oss:GetObject', source);
  const bucket = findSourceBucket(context, source.bucket);
  const named = findSourceVersion(context, source);
  if (bucket.storageClass === 'Archive') {
    throw new Refusal(
      400,
      'OperationNotSupported',
      'The operation is not supported for this resource: an Archive bucket.',
    );
  }
  const version = followLink(context, bucket, named);
  checkReadable(context, version);
  checkConditions(call, version, 'x-oss-copy-source-', context.quirks.conditionStatus);
  if (bucket.immutable && context.quirks.immutableRefuses === 'copies') {
    throw immutable();
  }
  return { bucket, version, headers: versionHeader(bucket, named.versionId, 'x-oss-copy-source-version-id') };
}

/** Which code OSS gives across regions is not documented; the sentence names the reason, as reports say it does. */
function findSourceBucket({ model, region }: OssContext, name: string): Bucket {
  const bucket = model.bucket(name);
  if (!bucket) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { fields: { BucketName: name } });
  }
  if (bucket.region !== region) {
    throw new Refusal(403, 'AccessDenied', 'Target object does not reside in the same data center as source object.', {
      fields: { Bucket: name, Endpoint: `oss-${bucket.region}.aliyuncs.com` },
    });
  }
  return bucket;
}

function findSourceVersion({ model }: OssContext, { bucket, key, versionId }: CopySource): StoredVersion {
  const version = model.version(bucket, key, versionId);
  if (!version || (version.deleteMarker && versionId === undefined)) {
    throw missing(key, versionId);
  }
  if (version.deleteMarker) {
    // The support page of this exception code describes the refusal and leaves the code open.
    throw new Refusal(400, 'InvalidArgument', 'The version named in the copy source is a delete marker.', {
      headers: { 'x-oss-ec': '0016-00000307' },
    });
  }
  return version;
}

/** The refusal of an appendable source: no code is documented, and ObjectNotAppendable belongs to appending only. */
export function appendableSource(why: string): Refusal {
  return new Refusal(400, 'OperationNotSupported', `The source object is of type Appendable: ${why}.`);
}
