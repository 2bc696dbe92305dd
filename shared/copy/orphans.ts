import { CopyError } from '../errors.ts';
import type { ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { listUploadsOf } from './list.ts';
import type { Window } from './lost-uploads.ts';
import { withRetry } from './retry.ts';

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
  for (const { uploadId, initiated } of await listUploadsOf(runtime, client, { bucket, key })) {
    if (uploadId === except || !windows.some((window) => holds(window, initiated))) continue;
    if (await abortIfEmpty(runtime, client, { bucket, key, uploadId })) aborted += 1;
  }
  return aborted;
}

function holds({ from, to }: Window, time: Date): boolean {
  return time.getTime() >= from.getTime() - CLOCK_TOLERANCE_MS && time.getTime() <= to.getTime() + CLOCK_TOLERANCE_MS;
}

async function abortIfEmpty(
  runtime: Runtime,
  client: ObjectStore,
  upload: { readonly bucket: string; readonly key: string; readonly uploadId: string },
): Promise<boolean> {
  try {
    const { parts } = await withRetry(runtime, () => client.listParts({ upload, limit: 1 }));
    if (parts.length > 0) return false;
    await withRetry(runtime, () => client.abortUpload(upload));
    return true;
  } catch (error) {
    // Somebody was faster: it is gone, which is what was wanted.
    if (error instanceof CopyError && error.name === 'UploadGone') return false;
    throw error;
  }
}
