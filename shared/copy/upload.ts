import type { PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ObjectStore, Upload } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';

/** The client of the destination and the upload that Initiate opened there. */
export function openUpload(
  { stores }: Runtime,
  { destination, uploadId }: PinnedCopy,
): { readonly client: ObjectStore; readonly upload: Upload } {
  if (uploadId === undefined) {
    throw new CopyError('InvalidRequest', 'copy.uploadId is missing: this copy is not one in parts.');
  }
  const { client } = stores.open(destination, 'destination');
  return { client, upload: { bucket: destination.bucket, key: destination.key, uploadId } };
}
