import type { Bucket, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { missing } from '../target.ts';
import { accessDenied, type ObjectCall, type ObsContext, versionHeader } from './context.ts';
import { isReadable } from './properties.ts';

/** The version that a read is about, or the refusal for what is not there. */
export function findVersion({ model, quirks }: ObsContext, call: ObjectCall, bucket: Bucket): StoredVersion {
  const versionId = call.query.get('versionId');
  const version = model.version(bucket.name, call.key, versionId);
  if (!version) {
    throw missing(call.key, versionId);
  }
  if (version.deleteMarker) {
    const headers = {
      [`${call.dialect.prefix}delete-marker`]: 'true',
      ...versionHeader(call, bucket, version.versionId),
    };
    throw versionId !== undefined && quirks.versionMarkerHead === 405
      ? new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', { headers })
      : new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { headers, fields: { Key: call.key } });
  }
  return version;
}

/** Refuses to read the bytes of a cold object that is not restored. */
export function checkReadable({ model }: ObsContext, version: StoredVersion): void {
  if (!isReadable(version, model.now())) {
    throw new Refusal(
      403,
      'InvalidObjectState',
      "Operation is not valid for the source object's storage class: restore it first.",
    );
  }
}

/** Refuses to replace or delete an object that a retention policy protects. */
export function checkWritable({ model }: ObsContext, bucket: Bucket, key: string): void {
  if (bucket.immutable && model.getObject(bucket.name, key)) {
    throw accessDenied();
  }
}
