import type { Bucket, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { type QingstorContext, versionHeader } from './context.ts';

/** The version that is read or copied, or 404: also for a delete marker, of which the header then tells. */
export function findVersion(
  { model }: QingstorContext,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): StoredVersion {
  const version = model.version(bucket.name, key, versionId);
  if (!version || version.deleteMarker) {
    const headers = version ? { 'x-qs-delete-marker': 'true', ...versionHeader(bucket, version.versionId) } : {};
    throw new Refusal(404, 'object_not_exists', 'The object you are accessing does not exist.', { headers });
  }
  return version;
}
