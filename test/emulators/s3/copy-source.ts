import type { Bucket, StoredVersion } from '../object-types.ts';
import { decodePercent } from '../query.ts';
import { type CopySource, missing, parseCopySource } from '../target.ts';
import { checkConditions } from './conditions.ts';
import {
  type BucketCall,
  checkOwner,
  header,
  invalidArgument,
  invalidRequest,
  noSuchBucket,
  type S3Context,
  versionHeader,
} from './context.ts';
import { checkKmsKey, checkReadKey } from './encryption.ts';
import { decodeField } from './form.ts';
import { authorize, refuseUnlisted, versionAction } from './permissions.ts';
import { checkReadable } from './versions.ts';

const name = 'x-amz-copy-source';

/** A source that may be copied from. */
export interface OpenSource {
  readonly bucket: Bucket;
  readonly version: StoredVersion;
  /** Whether the client named the version. */
  readonly pinned: boolean;
  /** The header that says which version is copied. */
  readonly headers: Record<string, string>;
}

function readCopySource(value: string, isDecodedTwice: boolean): CopySource {
  const decode = isDecodedTwice ? (text: string) => decodePercent(decodeField(text)) : decodeField;
  const sentence = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey';
  return parseCopySource(value, { decode, refusal: () => invalidArgument(sentence, name, value) });
}

/** Finds what is to be copied, in any region, and refuses what S3 does not copy from. */
export function openCopySource(context: S3Context, call: BucketCall, honoursConditions = true): OpenSource {
  const isDecodedTwice = context.quirks.partSourceDecodedTwice && call.operation === 'UploadPartCopy';
  const source = readCopySource(header(call, name) ?? '', isDecodedTwice);
  authorize(call, versionAction('s3:GetObject', source.versionId), source.bucket, source.key);
  const bucket = context.model.bucket(source.bucket);
  if (!bucket) {
    throw noSuchBucket(source.bucket);
  }
  checkOwner(call, 'x-amz-source-expected-bucket-owner', context.ownerId);
  const version = findSourceVersion(context, call, source);
  checkReadable(context, version);
  checkReadKey(call, version.encryption, 'copy source');
  checkKmsKey(call, version.encryption);
  if (honoursConditions) {
    checkConditions(call, version, `${name}-`, 412);
  }
  return {
    bucket,
    version,
    pinned: source.versionId !== undefined,
    headers: versionHeader(bucket, version.versionId, 'x-amz-copy-source-version-id'),
  };
}

function findSourceVersion(
  { model }: S3Context,
  call: BucketCall,
  { bucket, key, versionId }: CopySource,
): StoredVersion {
  const version = model.version(bucket, key, versionId);
  if (!version || (version.deleteMarker && versionId === undefined)) {
    refuseUnlisted(call, bucket);
    throw missing(key, versionId);
  }
  if (version.deleteMarker) {
    throw invalidRequest('The source of a copy request may not specifically refer to a delete marker by version id.');
  }
  return version;
}
