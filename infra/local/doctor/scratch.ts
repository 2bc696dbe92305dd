import { CopyError } from '@objectferry/shared/errors.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';

/** More versions of a key than the doctor could have made: each of six tries makes one, when only its answer is lost. */
const MOST_VERSIONS = 20;

/** Where the doctor writes in one bucket: keys that nobody else has, so that everything under them is its own. */
export interface Scratch {
  readonly store: string;
  readonly bucket: string;
  readonly keys: readonly string[];
  /** Uploads whose ids are known; where listing is not allowed, they are all that can be aborted. */
  readonly uploadIds: Map<string, string>;
  /** Versions that Complete and CopyObject told of; where reading is not allowed, they are all that can be deleted. */
  readonly written: Map<string, string | undefined>;
}

/** Does one request, with the retries that every copy has. */
export type Persist = <T>(request: () => Promise<T>) => Promise<T>;

/**
 * Removes everything under the keys: open uploads, also those whose id was lost with an answer, and every version.
 *
 * @returns what is still there, in a person's words; empty when nothing is.
 */
export async function removeScratch(client: ObjectStore, scratch: Scratch, persist: Persist): Promise<string[]> {
  const left: string[] = [];
  for (const key of scratch.keys) {
    const where = formatLocation({ store: scratch.store, bucket: scratch.bucket, key });
    for (const uploadId of await uploadsOf(client, scratch, key, persist)) {
      const gone = await succeeds(() => persist(() => client.abortUpload({ bucket: scratch.bucket, key, uploadId })));
      if (!gone) left.push(`the upload ${uploadId} of ${where}`);
    }
    if (!(await removeObject(client, scratch, key, persist))) left.push(where);
  }
  return left;
}

async function uploadsOf(client: ObjectStore, scratch: Scratch, key: string, persist: Persist): Promise<Set<string>> {
  const known = [...scratch.uploadIds].filter(([, of]) => of === key).map(([uploadId]) => uploadId);
  try {
    const { uploads } = await persist(() => client.listUploads({ bucket: scratch.bucket, prefix: key }));
    return new Set(uploads.filter((upload) => upload.key === key).map(({ uploadId }) => uploadId));
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    return new Set(known);
  }
}

/** @returns false when something is still there. */
async function removeObject(
  client: ObjectStore,
  { bucket, written }: Scratch,
  key: string,
  persist: Persist,
): Promise<boolean> {
  for (let round = 0; round < MOST_VERSIONS; round += 1) {
    const found = await currentVersion(client, { bucket, key }, persist);
    if (found === 'none') return true;
    // Who may not look can only remove what is known to have been written; after that it is gone.
    const versionId = found === 'unknown' ? written.get(key) : found.versionId;
    if (found === 'unknown' && !written.has(key)) return true;
    if (!(await removeVersion(client, { bucket, key, versionId }, persist))) return false;
    written.delete(key);
  }
  return false;
}

/** By its version, because a delete without one adds a marker to a bucket that keeps versions. */
async function removeVersion(
  client: ObjectStore,
  { versionId, ...object }: { readonly bucket: string; readonly key: string; readonly versionId: string | undefined },
  persist: Persist,
): Promise<boolean> {
  if (await succeeds(() => persist(() => client.deleteObject({ ...object, versionId })))) return true;
  // A bucket without versions takes the null version, too, and a policy may allow only that.
  const canName = versionId === undefined && client.capabilities.versions;
  return canName && succeeds(() => persist(() => client.deleteObject({ ...object, versionId: 'null' })));
}

async function currentVersion(
  client: ObjectStore,
  object: { readonly bucket: string; readonly key: string },
  persist: Persist,
): Promise<'none' | 'unknown' | { readonly versionId: string | undefined }> {
  try {
    const { versionId } = await persist(() => client.head({ object }));
    return { versionId };
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    return error.name === 'SourceNotFound' ? 'none' : 'unknown';
  }
}

/** What is gone already counts as success. */
async function succeeds(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    return error.name === 'UploadGone' || error.name === 'SourceNotFound';
  }
}
