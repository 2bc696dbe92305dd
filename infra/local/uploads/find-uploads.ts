import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { openUploads, partsOf } from '#functions/open-uploads.ts';
import type { Ours, Whose } from './ours.ts';
import type { UploadsPlace } from './place.ts';

/** Uploads whose parts are asked for side by side. */
const SIDE_BY_SIDE = 16;
/** Pages of the parts of one upload; the most parts that any provider allows are ten. */
const MOST_PART_PAGES = 100;

/** An open upload, and what is known of it. */
export interface FoundUpload {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly initiated: Date;
  /** Milliseconds by this machine's clock. */
  readonly ageMs: number;
  /** Undefined where the provider does not tell. */
  readonly parts: number | undefined;
  readonly bytes: number | undefined;
  readonly whose: Whose;
  /** How its copy is gone on with, where that is known. */
  readonly command?: string | undefined;
}

/** An upload before its parts have been counted. */
export type Candidate = Omit<FoundUpload, 'parts' | 'bytes'>;

/** Where to look, and with what. */
export interface Look {
  readonly runtime: Runtime;
  readonly client: ObjectStore;
  readonly place: UploadsPlace;
  readonly ours: Ours;
}

/** Which uploads are meant. */
export interface Filter {
  /** Those of this age or older, in milliseconds. */
  readonly olderThanMs?: number | undefined;
  readonly uploadId?: string | undefined;
}

/** The open uploads that are meant, in the order of the provider, without asking for their parts. */
export async function* candidates(
  { runtime, client, place: { bucket, prefix }, ours }: Look,
  { olderThanMs = Number.NEGATIVE_INFINITY, uploadId }: Filter,
): AsyncGenerator<Candidate, void, undefined> {
  const now = runtime.clock.now().getTime();
  for await (const upload of openUploads(runtime, client, bucket, prefix)) {
    // What a store lists beside the prefix must not be removed for it.
    if (!upload.key.startsWith(prefix)) continue;
    const ageMs = now - upload.initiated.getTime();
    if (ageMs < olderThanMs || (uploadId !== undefined && uploadId !== upload.uploadId)) continue;
    yield { bucket, ...upload, ageMs, ...ours({ bucket, ...upload }) };
  }
}

/** The same with their parts counted; those that have ended meanwhile are left out. */
export async function* findUploads(look: Look, filter: Filter): AsyncGenerator<FoundUpload, void, undefined> {
  for await (const group of inGroups(candidates(look, filter))) yield* await counted(look, group);
}

/** Counts the parts of uploads; those that have ended meanwhile are left out. */
export async function counted({ runtime, client }: Look, uploads: readonly Candidate[]): Promise<FoundUpload[]> {
  const all = await Promise.all(
    uploads.map(async (upload) => {
      const { parts, bytes, all, gone } = await partsOf(runtime, client, upload, { left: MOST_PART_PAGES });
      if (gone) return undefined;
      return all ? { ...upload, parts, bytes } : { ...upload, parts: undefined, bytes: undefined };
    }),
  );
  return all.filter((upload) => upload !== undefined);
}

/** Things by the dozen, so that each dozen can be worked on side by side. */
export async function* inGroups<T>(things: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T[], void, undefined> {
  let group: T[] = [];
  for await (const thing of things) {
    group.push(thing);
    if (group.length < SIDE_BY_SIDE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
