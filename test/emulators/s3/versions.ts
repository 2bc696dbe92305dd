import type { Bucket, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { missing } from '../target.ts';
import { type ObjectCall, type S3Context, versionHeader } from './context.ts';
import { refuseUnlisted } from './permissions.ts';
import { isReadable, storageClassName } from './properties.ts';

/** The version that a read is about, or the refusal for what is not there. */
export function findVersion({ model }: S3Context, call: ObjectCall, bucket: Bucket): StoredVersion {
  const { key } = call;
  const versionId = call.query.get('versionId');
  const version = model.version(bucket.name, key, versionId);
  if (!version || version.deleteMarker) {
    refuseUnlisted(call, bucket.name);
  }
  if (!version) {
    throw missing(key, versionId);
  }
  if (version.deleteMarker) {
    const headers = { 'x-amz-delete-marker': 'true', ...versionHeader(bucket, version.versionId) };
    throw versionId === undefined
      ? new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { headers, fields: { Key: key } })
      : new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
          headers,
          fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
        });
  }
  return version;
}

/** Refuses to read the bytes of a cold object that is not restored. */
export function checkReadable({ model }: S3Context, version: StoredVersion): void {
  if (!isReadable(version, model.now())) {
    throw new Refusal(403, 'InvalidObjectState', "The operation is not valid for the object's storage class", {
      fields: { StorageClass: storageClassName(version) },
    });
  }
}
