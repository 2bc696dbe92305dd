import type { CopySpanInput, PinnedCopy, Span, SpanReport } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { provenEtag } from '../etag.ts';
import type { Runtime } from '../runtime.ts';
import { copyPart } from './copy-part.ts';
import type { PartTarget } from './copy-range.ts';
import type { DigestedPart } from './digest.ts';
import { encryptionOf, sourceKeyOf } from './encryption.ts';
import { listParts } from './list.ts';
import { Pace, type Place } from './pace.ts';
import { partRange } from './plan.ts';
import { SpanProgress } from './span-progress.ts';
import { tallied } from './tally.ts';
import { copyTimeoutMs, REPORT_MS } from './timeouts.ts';
import { openUpload, withUploadId } from './upload.ts';
import { hasPlannedSize, heldParts, wireNumbers } from './wire-parts.ts';
import { runWorkers } from './workers.ts';

interface SpanState {
  readonly progress: SpanProgress;
  /** ETags of what was there before, by number on the wire: also of halves whose other half was not. */
  readonly found: Map<number, string>;
  /** Why a part was left for another invocation. */
  left: CopyError | undefined;
}

/**
 * Copies a run of parts with many requests in flight, each with its own retry. Parts that are there already with the
 * planned size are adopted, so a repeated span copies only what is missing. Claims no further part when what remains
 * of the time is less than a part can take, and returns what is left.
 *
 * @throws CopyError the first failure that is not worth another try, or, when not a single part could be copied, what
 * stood in the way: an invocation that gets nowhere must not be asked for another round for ever.
 */
export async function copySpan(outer: Runtime, { copy, span }: CopySpanInput): Promise<SpanReport> {
  const { runtime: counted, tally } = tallied(outer);
  const runtime = { ...counted, remainingMs: () => outer.remainingMs() - REPORT_MS };
  const { client, upload } = openUpload(runtime, copy);
  return withUploadId(upload, async () => {
    const state: SpanState = { progress: new SpanProgress(span), found: new Map(), left: undefined };
    const target: PartTarget = {
      client,
      copy,
      upload,
      encryption: await encryptionOf(runtime, copy.options),
      sourceKey: await sourceKeyOf(runtime, copy.options),
    };
    await adoptParts(runtime, target, span, state);
    const queue = claims(copy, span, state.progress, runtime.remainingMs);
    const { store } = copy.destination;
    const pace = new Pace(copy.inFlight, runtime.clock, runtime.taken?.get(store));
    const work = async (part: number, signal: AbortSignal, place: Place | undefined): Promise<void> => {
      const pieces = await copyPart(runtime, target, part, { pace, place, signal, halves: state.found });
      if (pieces instanceof CopyError) state.left = pieces;
      else finishPart(runtime, state, { part, pieces, adopted: false });
    };
    await runWorkers(queue, copy.inFlight, work, pace).finally(() => {
      if (pace.learned !== undefined) runtime.taken?.set(store, pace.learned);
    });
    refuseStandstill(state);
    return state.progress.report(tally());
  });
}

async function adoptParts(
  runtime: Runtime,
  { client, copy, upload, encryption }: PartTarget,
  span: Span,
  state: SpanState,
): Promise<void> {
  const listed = await listParts(runtime, client, upload, { ...wireNumbers(copy, span), encryption });
  // What has another size, or no ETag, is not to be trusted: it is copied again, which replaces it.
  const trusted = listed.filter((part) => hasPlannedSize(copy, part) && provenEtag(part.etag) !== undefined);
  for (const { partNumber, etag } of trusted) state.found.set(partNumber, etag);
  for (const { part, pieces } of heldParts(copy, trusted)) {
    finishPart(runtime, state, { part, pieces, adopted: true });
  }
}

interface FinishedPart {
  readonly part: number;
  readonly pieces: readonly DigestedPart[];
  readonly adopted: boolean;
}

function finishPart(runtime: Runtime, { progress }: SpanState, { part, pieces, adopted }: FinishedPart): void {
  const bytes = progress.finish(part, pieces, { adopted });
  runtime.observe({ type: 'part', partNumber: part, bytes, adopted });
}

/** Once there is no time for a part and none was copied, another invocation would not come further either. */
function refuseStandstill({ progress, left }: SpanState): void {
  if (progress.isWhole || progress.copied > 0) return;
  throw left ?? new CopyError('Timeout', 'One invocation is too short for a single part: choose a smaller part size.');
}

/** Hands out the missing part numbers, in order, for as long as there is time for one more. */
function* claims(
  copy: PinnedCopy,
  { first, count }: Span,
  done: Pick<SpanProgress, 'has'>,
  remainingMs: () => number,
): Generator<number> {
  for (let partNumber = first; partNumber < first + count; partNumber += 1) {
    if (done.has(partNumber)) continue;
    if (remainingMs() < copyTimeoutMs(partRange(copy, partNumber).length)) return;
    yield partNumber;
  }
}
