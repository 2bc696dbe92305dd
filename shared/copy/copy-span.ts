import type { CopySpanInput, PinnedCopy, Span, SpanReport } from '../contract.ts';
import { CopyError, isRetryable } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { copyRange, type PartTarget, refuseWrongPart } from './copy-range.ts';
import { digestOf } from './digest.ts';
import { encryptionOf, sourceKeyOf } from './encryption.ts';
import { listParts } from './list.ts';
import { partRange } from './plan.ts';
import { LONGEST_PAUSE_MS, withRetry } from './retry.ts';
import { type Tally, tallied } from './tally.ts';
import { copyTimeoutMs, REPORT_MS } from './timeouts.ts';
import { openUpload, withUploadId } from './upload.ts';

interface SpanState {
  readonly etags: Map<number, string>;
  readonly adopted: Set<number>;
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
    const state: SpanState = { etags: new Map(), adopted: new Set(), left: undefined };
    const target: PartTarget = {
      client,
      copy,
      upload,
      encryption: await encryptionOf(runtime, copy.options),
      sourceKey: await sourceKeyOf(runtime, copy.options),
    };
    await adoptParts(runtime, target, span, state);
    const queue = claims(copy, span, state.etags, runtime.remainingMs);
    await copyMissing(queue, copy.inFlight, (partNumber, signal) =>
      copyPart(runtime, target, partNumber, state, signal),
    );
    refuseStandstill(span, state);
    return report(copy, span, state, tally());
  });
}

async function adoptParts(
  runtime: Runtime,
  { client, copy, upload, encryption }: PartTarget,
  span: Span,
  state: SpanState,
): Promise<void> {
  const after = span.first - 1;
  for (const part of await listParts(runtime, client, upload, { after, last: after + span.count, encryption })) {
    // A part of another size is not ours to trust: it is copied again, which replaces it.
    if (part.size !== partRange(copy, part.partNumber).length) continue;
    state.etags.set(part.partNumber, part.etag);
    state.adopted.add(part.partNumber);
    runtime.observe({ type: 'part', partNumber: part.partNumber, bytes: part.size, adopted: true });
  }
}

async function copyPart(
  runtime: Runtime,
  target: PartTarget,
  partNumber: number,
  state: SpanState,
  signal: AbortSignal,
): Promise<void> {
  const { length } = partRange(target.copy, partNumber);
  const tryMs = copyTimeoutMs(length);
  try {
    const request = (): Promise<string> => copyRange(target, partNumber, signal);
    const etag = await withRetry(runtime, request, { signal, tryMs, patient: true });
    state.etags.set(partNumber, etag);
    runtime.observe({ type: 'part', partNumber, bytes: length, adopted: false });
  } catch (error) {
    refuseWrongPart(error);
    // With too little time for another try it is not the part that failed, but the time that ended.
    if (!isRetryable(error) || runtime.remainingMs() >= tryMs + LONGEST_PAUSE_MS) throw error;
    state.left = error;
  }
}

/** Once there is no time for a part and none was copied, another invocation would not come further either. */
function refuseStandstill({ count }: Span, { etags, adopted, left }: SpanState): void {
  if (etags.size === count || etags.size > adopted.size) return;
  throw left ?? new CopyError('Timeout', 'One invocation is too short for a single part: choose a smaller part size.');
}

/** Hands out the missing part numbers, in order, for as long as there is time for one more. */
function* claims(
  copy: PinnedCopy,
  { first, count }: Span,
  done: ReadonlyMap<number, string>,
  remainingMs: () => number,
): Generator<number> {
  for (let partNumber = first; partNumber < first + count; partNumber += 1) {
    if (done.has(partNumber)) continue;
    if (remainingMs() < copyTimeoutMs(partRange(copy, partNumber).length)) return;
    yield partNumber;
  }
}

/** Runs so many workers over one queue; the first failure stops the queue and the requests in flight, then is thrown. */
async function copyMissing(
  queue: Generator<number>,
  workers: number,
  copyPart: (partNumber: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (const partNumber of queue) {
      try {
        await copyPart(partNumber, stop.signal);
      } catch (error) {
        failure ??= { error };
        stop.abort(error);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (failure !== undefined) throw failure.error;
}

function report(copy: PinnedCopy, span: Span, state: SpanState, tally: Tally): SpanReport {
  const parts = [];
  let next = span.first;
  for (; next < span.first + span.count; next += 1) {
    const etag = state.etags.get(next);
    // What was copied behind a gap is not counted now: the next round finds and adopts it.
    if (etag === undefined) break;
    parts.push({ partNumber: next, etag, size: partRange(copy, next).length });
  }
  const adopted = parts.filter(({ partNumber }) => state.adopted.has(partNumber)).length;
  const left = span.first + span.count - next;
  return {
    copied: parts.length - adopted,
    adopted,
    bytes: parts.reduce((sum, { size }) => sum + size, 0),
    ...tally,
    digest: digestOf(parts),
    rest: left === 0 ? null : { first: next, count: left },
  };
}
