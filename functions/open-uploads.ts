import { type FoundUpload, uploadsPages } from '@objectferry/shared/copy/list.ts';
import { withRetry } from '@objectferry/shared/copy/retry.ts';
import { abortIfOpen } from '@objectferry/shared/copy/upload.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { ListPartsRequest, ObjectStore, OpenUpload, PartsPage } from '@objectferry/shared/provider/provider.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';

/** So many requests are made to add up the bytes of one bucket's uploads. */
const MOST_PART_PAGES = 500;
/** Time to stop looking, in milliseconds. */
const STOP_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Where uploads are counted. */
export interface Bucket {
  readonly store: string;
  readonly bucket: string;
}

/** The open uploads of one bucket, whoever opened them. */
export interface BucketReport extends Bucket {
  readonly uploads: number;
  /** Bytes of their parts; with `complete` false, at least. */
  readonly bytes: number;
  /** Age of the oldest; 0 without any. */
  readonly oldestHours: number;
  readonly removed: number;
  /** False when there was not enough time, or a limit was met: the next sweep goes on. */
  readonly complete: boolean;
}

/** Which uploads are to be removed; without it none is. */
export type MayRemove = (upload: OpenUpload, bucket: string) => boolean;

/** What a sweep does with the uploads of a bucket besides counting them. */
interface Removing {
  readonly mayRemove: MayRemove | undefined;
  /** Asked about those that seem to have no parts; says whether it has removed it. */
  readonly removeEmpty: (client: ObjectStore, upload: FoundUpload & Bucket) => Promise<boolean>;
}

/**
 * Counts the open uploads of a bucket, and removes those that are to be removed.
 *
 * @throws CopyError InvalidRequest for a bucket that the store does not allow, and what the provider answers.
 */
export async function sweepBucket(
  runtime: Runtime,
  { store, bucket }: Bucket,
  { mayRemove, removeEmpty }: Removing,
): Promise<BucketReport> {
  // Every location has a key; this one is never asked for.
  const { client } = runtime.stores.open({ store, bucket, key: 'sweep' }, 'destination');
  const now = runtime.clock.now().getTime();
  const report = { store, bucket, uploads: 0, bytes: 0, oldestHours: 0, removed: 0, complete: true };
  const pages = { left: MOST_PART_PAGES };
  for await (const upload of openUploads(runtime, client, bucket)) {
    if (runtime.remainingMs() < STOP_MS) return { ...report, complete: false };
    report.uploads += 1;
    report.oldestHours = Math.max(report.oldestHours, (now - upload.initiated.getTime()) / HOUR_MS);
    const { parts, bytes, all } = await partsOf(runtime, client, { bucket, ...upload }, pages);
    report.bytes += bytes;
    if (!all) report.complete = false;
    const removed =
      mayRemove?.(upload, bucket) === true
        ? await abortIfOpen(runtime, client, { bucket, ...upload })
        : parts === 0 && (await removeEmpty(client, { store, bucket, ...upload }));
    if (removed) report.removed += 1;
  }
  return report;
}

/** Every open upload of a bucket, of keys that begin with the prefix if there is one, page by page. */
export async function* openUploads(
  runtime: Runtime,
  client: ObjectStore,
  bucket: string,
  prefix?: string,
): AsyncGenerator<FoundUpload> {
  for await (const { uploads } of uploadsPages(runtime, client, { bucket, prefix })) yield* uploads;
}

/** What an upload holds. */
export interface CountedParts {
  readonly parts: number;
  readonly bytes: number;
  /** False when there is more, or may be: there was not enough time, or the provider refused to tell. */
  readonly all: boolean;
  /** Completed or aborted since it was listed. */
  readonly gone: boolean;
}

type UploadOf = OpenUpload & { readonly bucket: string };

/**
 * Counts the parts of an upload and their bytes. A refusal counts nothing more and is no error.
 *
 * @param pages How many requests may be made for it, and for whatever else shares them.
 */
export async function partsOf(
  runtime: Runtime,
  client: ObjectStore,
  upload: UploadOf,
  pages: { left: number },
): Promise<CountedParts> {
  const counted = { parts: 0, bytes: 0 };
  let after: number | undefined = 0;
  try {
    while (after !== undefined) {
      if (pages.left === 0 || runtime.remainingMs() < STOP_MS) return { ...counted, all: false, gone: false };
      pages.left -= 1;
      const request: ListPartsRequest = { upload, after };
      const page: PartsPage = await withRetry(runtime, () => client.listParts(request));
      counted.parts += page.parts.length;
      counted.bytes += page.parts.reduce((sum, { size }) => sum + size, 0);
      after = page.next !== undefined && page.next > after ? page.next : undefined;
    }
    return { ...counted, all: true, gone: false };
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    // Completed or aborted since; any other refusal, of a customer's key for example, must not hide the other uploads.
    const gone = error.name === 'UploadGone';
    return { ...counted, all: gone, gone };
  }
}
