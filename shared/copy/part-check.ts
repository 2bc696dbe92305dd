import type { Check, PinnedCopy, Progress, Span } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { provenEtag } from '../etag.ts';
import type { Encryption, ListedPart, ObjectStore, Upload } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { asPlanned } from './chosen-parts.ts';
import { digestOf, mergeDigests } from './digest.ts';
import { listParts } from './list.ts';
import { MAX_SPANS, spansOf } from './plan.ts';
import { withRetry } from './retry.ts';
import { firstMisplaced, hasPlannedSize, heldParts, plannedPart, tileObject } from './wire-parts.ts';

/** A provider that holds other bytes than it said a third time will not do better. */
const MOST_REPAIRS = 2;

/** What has to be copied again, and what counts as done until then. */
export interface Repair {
  readonly spans: readonly Span[];
  readonly done: Progress;
}

/**
 * All parts of the upload. A part that was copied and is not listed may only be listed late, so it is asked for a few
 * times before it counts as lost.
 *
 * @returns what was listed last, which may still lack parts.
 * @throws CopyError UploadGone and what the provider answers.
 */
export async function listAllParts(
  runtime: Runtime,
  client: ObjectStore,
  {
    copy,
    upload,
    encryption,
  }: { readonly copy: PinnedCopy; readonly upload: Upload; readonly encryption: Encryption | undefined },
): Promise<ListedPart[]> {
  let parts: ListedPart[] = [];
  try {
    return await withRetry(runtime, async () => {
      parts = await listParts(runtime, client, upload, { encryption });
      const bare = parts.find(({ etag }) => provenEtag(etag) === undefined);
      if (bare !== undefined) {
        throw new CopyError('IncompleteAnswer', `The provider lists part ${bare.partNumber} without its ETag.`, {
          provider: client.provider,
          operation: 'ListParts',
        });
      }
      const held = heldParts(copy, parts).length;
      if (held >= copy.partCount) return parts;
      throw new CopyError(
        'IncompleteAnswer',
        `The provider lists ${held} of ${copy.partCount} parts that it said were copied.`,
        { provider: client.provider, operation: 'ListParts', code: PARTS_MISSING },
      );
    });
  } catch (error) {
    // What was listed last does not fit the plan, and `checkParts` says so in the words of the plan.
    if (error instanceof CopyError && error.facts.code === PARTS_MISSING) return parts;
    throw error;
  }
}

/** Marks a list that lacks parts. */
const PARTS_MISSING = 'PartsMissing';

/**
 * Parts that the provider holds with another size than it was asked for, and nothing else wrong: copied again, they
 * replace what is there. Undefined when there is nothing to repair, or when it is not worth another try.
 *
 * @param parts What the object is to be made of.
 */
export function repairOf(copy: PinnedCopy, parts: readonly ListedPart[], progress: Progress): Repair | undefined {
  const { repairs = 0 } = progress;
  if (!tileObject(copy, parts) || repairs >= MOST_REPAIRS) return undefined;
  const planned = asPlanned(copy, parts);
  const partOf = ({ partNumber }: ListedPart): number => plannedPart(copy, partNumber);
  const wrong = new Set(parts.filter((part) => !hasPlannedSize(copy, part)).map(partOf));
  // Any other ETag than the one that was answered is somebody else's part.
  if (wrong.size === 0 || digestOf(planned) !== progress.digest) return undefined;
  const spans = spansOver(copy, [...wrong]);
  const again = planned.filter((piece) => spans.some((span) => isIn(span, partOf(piece))));
  return {
    spans,
    done: {
      ...progress,
      copied: Math.max(0, progress.copied - spans.reduce((sum, { count }) => sum + count, 0)),
      bytes: Math.max(0, progress.bytes - again.reduce((sum, { size }) => sum + size, 0)),
      digest: mergeDigests(progress.digest, digestOf(again)),
      repairs: repairs + 1,
    },
  };
}

/** The runs that the numbers make, or, when these are too many, the copy's own spans that hold one. */
function spansOver(copy: PinnedCopy, numbers: readonly number[]): Span[] {
  const runs: Span[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last.first + last.count) last.count += 1;
    else runs.push({ first: number, count: 1 });
  }
  if (runs.length <= MAX_SPANS) return runs;
  return spansOf(copy).filter((span) => numbers.some((number) => isIn(span, number)));
}

function isIn({ first, count }: Span, partNumber: number): boolean {
  return partNumber >= first && partNumber < first + count;
}

/**
 * Number, size and ETag of every part, as the provider lists them, against the plan and what the spans saw.
 *
 * @param parts What the object is to be made of.
 * @throws CopyError ChecksumMismatch
 */
export function checkParts(copy: PinnedCopy, parts: readonly ListedPart[], { digest }: Progress): Check {
  const wrong = firstMisplaced(copy, parts) ?? parts.find((part) => !hasPlannedSize(copy, part));
  if (wrong !== undefined || !tileObject(copy, parts)) {
    const found = wrong === undefined ? `${parts.length} parts` : `part ${wrong.partNumber} with ${wrong.size} bytes`;
    throw new CopyError(
      'ChecksumMismatch',
      `The provider lists ${found}, which does not fit the plan of ${copy.partCount} parts of ${copy.partSize} bytes.`,
    );
  }
  const listed = digestOf(parts);
  if (listed !== digest) {
    throw new CopyError('ChecksumMismatch', 'A part was replaced at the provider after it was copied.');
  }
  return { name: 'parts', result: 'equal', source: digest, destination: listed };
}
