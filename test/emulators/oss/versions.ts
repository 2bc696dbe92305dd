import type { Bucket, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { missing } from '../target.ts';
import type { OssContext } from './context.ts';
import { versionHeader } from './context.ts';
import { isReadable } from './properties.ts';

/** The version that a read is about, or the refusal for what is not there. */
export function findVersion(
  { model, quirks }: OssContext,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): StoredVersion {
  const version = model.version(bucket.name, key, versionId);
  if (!version) {
    throw missing(key, versionId);
  }
  if (version.deleteMarker) {
    const headers = { 'x-oss-delete-marker': 'true', ...versionHeader(bucket, version.versionId) };
    throw versionId !== undefined && quirks.versionMarkerHead === 405
      ? new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', { headers })
      : new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { headers, fields: { Key: key } });
  }
  return version;
}

/** Follows a symbolic link to the object it names in the same bucket. */
export function followLink({ model }: OssContext, bucket: Bucket, version: StoredVersion): StoredVersion {
  if (version.symlinkTarget === undefined) {
    return version;
  }
  const target = model.getObject(bucket.name, version.symlinkTarget);
  if (!target) {
    throw new Refusal(404, 'SymlinkTargetNotExist', 'The target of the symbolic link does not exist.');
  }
  return target;
}

/** Refuses to read the bytes of a cold object that is not restored. */
export function checkReadable({ model }: OssContext, version: StoredVersion): void {
  if (!isReadable(version, model.now())) {
    throw new Refusal(
      403,
      'InvalidObjectState',
      "The operation is not valid for the object's state: restore it first.",
      {
        fields: { ObjectName: version.key },
      },
    );
  }
}

/** The refusal of a retention policy, in the words that users search for. */
export function immutable(): Refusal {
  return new Refusal(409, 'FileImmutable', 'The object you specified is immutable.');
}

/** Refuses a write that a retention policy forbids. */
export function checkWritable({ model, quirks }: OssContext, bucket: Bucket, key: string): void {
  const exists = model.getObject(bucket.name, key) !== undefined;
  if (bucket.immutable && (quirks.immutableRefuses !== 'overwrites' || exists)) {
    throw immutable();
  }
}

/** Refuses to replace an object when the client asked for that. It has no effect once the bucket has known versioning. */
export function checkForbidOverwrite({ model }: OssContext, bucket: Bucket, key: string, forbid: boolean): void {
  if (forbid && bucket.versioning === 'never' && model.getObject(bucket.name, key)) {
    throw new Refusal(409, 'FileAlreadyExists', 'The object you specified already exists and can not be overwritten.');
  }
}
