import { abortUploadUntilGone } from '@objectferry/shared/copy/abort.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import {
  type Candidate,
  candidates,
  counted,
  type Filter,
  type FoundUpload,
  inGroups,
  type Look,
} from './find-uploads.ts';
import type { Ours, Whose } from './ours.ts';

/** How long one upload is aborted again and again, in milliseconds. */
const ABORT_MS = 120_000;

/** What became of an upload. */
export interface Removal {
  readonly upload: FoundUpload;
  /** Why it may still be there. */
  readonly error?: CopyError | undefined;
}

export interface RemoveOptions extends Filter {
  /** Also those that nobody here knows. */
  readonly unknown: boolean;
  /** At most so many. */
  readonly limit: number;
  readonly dryRun: boolean;
  /** Looks again whose uploads are: a copy may have gone on since they were listed. */
  readonly readOurs: () => Ours;
  /** Default: two minutes for each upload. */
  readonly abortMs?: number | undefined;
}

/** What was done, and what was left because of whose it is. */
export interface Removed {
  readonly removals: readonly Removal[];
  readonly left: Readonly<Record<Whose, number>>;
}

/**
 * Removes uploads of copies that were interrupted or keep their parts, and those of nobody known when told so. Uploads of
 * copies that run are never touched. Each is aborted until its parts cannot be listed any more; one that cannot be is
 * no obstacle for the others.
 *
 * @param tell Hears of each upload when it is done.
 * @throws CopyError when the uploads cannot be listed.
 */
export async function removeUploads(
  look: Look,
  options: RemoveOptions,
  tell: (removal: Removal) => void = () => undefined,
): Promise<Removed> {
  const left = { running: 0, interrupted: 0, kept: 0, unknown: 0 };
  const removals: Removal[] = [];
  const chosen = await choose(look, options, left);
  for await (const group of inGroups(chosen)) {
    const found = await counted(look, group);
    const ours = options.dryRun ? look.ours : options.readOurs();
    const still = permitted(
      found.map((upload) => ({ ...upload, ...ours(upload) })),
      options,
      left,
    );
    for (const removal of await Promise.all(still.map((upload) => remove(look, upload, options)))) {
      removals.push(removal);
      tell(removal);
    }
  }
  return { removals, left };
}

/** All are known before the first is removed: a list that shrinks while it is read would skip some. */
async function choose(look: Look, options: RemoveOptions, left: Record<Whose, number>): Promise<Candidate[]> {
  const all: Candidate[] = [];
  for await (const upload of candidates(look, options)) all.push(upload);
  const chosen = permitted(all, options, left);
  for (const { whose } of chosen.slice(options.limit)) left[whose] += 1;
  return chosen.slice(0, options.limit);
}

/** Those that may be removed; the others are counted. */
function permitted<Upload extends Candidate>(
  uploads: readonly Upload[],
  options: RemoveOptions,
  left: Record<Whose, number>,
): Upload[] {
  return uploads.filter(({ whose }) => {
    const may = mayRemove(whose, options);
    if (!may) left[whose] += 1;
    return may;
  });
}

function mayRemove(whose: Whose, { unknown }: RemoveOptions): boolean {
  return whose === 'unknown' ? unknown : whose !== 'running';
}

async function remove(
  { runtime, client }: Look,
  upload: FoundUpload,
  { dryRun, abortMs = ABORT_MS }: RemoveOptions,
): Promise<Removal> {
  if (dryRun) return { upload };
  const end = performance.now() + abortMs;
  try {
    await abortUploadUntilGone({ ...runtime, remainingMs: () => Math.max(0, end - performance.now()) }, client, upload);
    return { upload };
  } catch (error) {
    if (error instanceof CopyError) return { upload, error };
    throw error;
  }
}
