import { CopyError } from '../errors.ts';
import type { Encryption, ObjectStore, Upload } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { type FoundUpload, listUploadsOf } from './list.ts';
import type { Window } from './lost-uploads.ts';
import { withRetry } from './retry.ts';
import { abortIfOpen } from './upload.ts';

/** A provider's list gives the time of an upload in seconds, and its clock may run a little off. */
const CLOCK_TOLERANCE_MS = 2_000;

/**
 * Aborts what an initiation with a lost answer may have left: uploads of exactly this key that began inside a
 * window and have no parts. Others are somebody else's and stay.
 *
 * @param except An upload that stays although it began in a window.
 * @returns how many were aborted.
 */
export async function abortOrphans(
  runtime: Runtime,
  client: ObjectStore,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  windows: readonly Window[],
  except?: string,
): Promise<number> {
  let aborted = 0;
  for (const upload of await listUploadsOf(runtime, client, { bucket, key })) {
    const { uploadId } = upload;
    if (uploadId === except || !windows.some((window) => holds(window, upload))) continue;
    if (await abortIfEmpty(runtime, client, { bucket, key, uploadId })) aborted += 1;
  }
  return aborted;
}

function holds({ from, to, clock }: Window, { initiated, begun }: FoundUpload): boolean {
  const time = clock === 'ours' ? begun : initiated;
  return time.getTime() >= from.getTime() - CLOCK_TOLERANCE_MS && time.getTime() <= to.getTime() + CLOCK_TOLERANCE_MS;
}

/**
 * Aborts an upload that has no parts.
 *
 * @param encryption As the upload began with it: under a customer key some providers want that key to list the parts.
 * @returns whether it was there, had none, and is gone now.
 */
export async function abortIfEmpty(
  runtime: Runtime,
  client: ObjectStore,
  { bucket, key, uploadId }: Upload,
  encryption?: Encryption,
): Promise<boolean> {
  const upload = { bucket, key, uploadId };
  try {
    const { parts } = await withRetry(runtime, () => client.listParts({ upload, limit: 1, encryption }));
    if (parts.length > 0) return false;
    return await abortIfOpen(runtime, client, upload);
  } catch (error) {
    // Somebody was faster: it is gone, which is what was wanted.
    if (error instanceof CopyError && error.name === 'UploadGone') return false;
    throw error;
  }
}
