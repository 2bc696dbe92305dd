import type { PinnedCopy } from '../contract.ts';
import { CopyError, withFacts } from '../errors.ts';
import type { ObjectStore, Upload } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { withRetry } from './retry.ts';

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

/** Aborts an upload by one request. @returns false when it had been completed or aborted before. */
export async function abortIfOpen(runtime: Runtime, client: ObjectStore, upload: Upload): Promise<boolean> {
  try {
    await withRetry(runtime, () => client.abortUpload(upload));
    return true;
  } catch (error) {
    if (error instanceof CopyError && error.name === 'UploadGone') return false;
    throw error;
  }
}

/** Names the upload in whatever fails while it is open, so that a person can find what may be left of it. */
export async function withUploadId<T>({ uploadId }: Upload, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CopyError ? withFacts(error, { uploadId }) : error;
  }
}
