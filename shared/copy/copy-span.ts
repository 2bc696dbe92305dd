import type { CopySpanInput, PinnedCopy, Span, SpanReport } from '../contract.ts';
import type { Runtime } from '../runtime.ts';
import { copyRange, type PartTarget } from './copy-range.ts';
import { digestOf } from './digest.ts';
import { encryptionOf, sourceKeyOf } from './encryption.ts';
import { listParts } from './list.ts';
import { partRange } from './plan.ts';
import { OutOfTime, withRetry } from './retry.ts';
import { type Tally, tallied } from './tally.ts';
import { copyTimeoutMs, REPORT_MS } from './timeouts.ts';
import { openUpload } from './upload.ts';

interface Deadline {
  /** Milliseconds until the invocation is ended from outside. */
  readonly remainingMs: () => number;
}

interface SpanState {
  readonly etags: Map<number, string>;
  readonly adopted: Set<number>;
}

/**
 * Copies a run of parts with many requests in flight, each with its own retry. Parts that are there already with the
 * planned size are adopted, so a repeated span copies only what is missing. Claims no further part when what remains
 * of the time is less than a part can take, and returns what is left.
 *
 * @throws CopyError the first failure that is not worth another try.
 */
export async function copySpan(
  outer: Runtime,
  { copy, span }: CopySpanInput,
  { remainingMs }: Deadline,
): Promise<SpanReport> {
  const { runtime, tally } = tallied(outer);
  const { client, upload } = openUpload(runtime, copy);
  const state: SpanState = { etags: new Map(), adopted: new Set() };
  const after = span.first - 1;
  for (const part of await listParts(runtime, client, upload, { after, last: after + span.count })) {
    // A part of another size is not ours to trust: it is copied again, which replaces it.
    if (part.size !== partRange(copy, part.partNumber).length) continue;
    state.etags.set(part.partNumber, part.etag);
    state.adopted.add(part.partNumber);
    runtime.observe({ type: 'part', partNumber: part.partNumber, bytes: part.size, adopted: true });
  }
  const target: PartTarget = {
    client,
    copy,
    upload,
    encryption: await encryptionOf(runtime, copy.options),
    sourceKey: await sourceKeyOf(runtime, copy.options),
  };
  const timeLeft = (): number => remainingMs() - REPORT_MS;
  await copyMissing(claims(copy, span, state.etags, timeLeft), copy.inFlight, async (partNumber, signal) => {
    const { length } = partRange(copy, partNumber);
    const etag = await withRetry(runtime, () => copyRange(target, partNumber, signal), {
      signal,
      remainingMs: timeLeft,
      tryMs: copyTimeoutMs(length),
    });
    state.etags.set(partNumber, etag);
    runtime.observe({ type: 'part', partNumber, bytes: length, adopted: false });
  });
  return report(copy, span, state, tally());
}

/** Hands out the missing part numbers, in order, for as long as there is time for one more. */
function* claims(
  copy: PinnedCopy,
  { first, count }: Span,
  done: ReadonlyMap<number, string>,
  timeLeft: () => number,
): Generator<number> {
  for (let partNumber = first; partNumber < first + count; partNumber += 1) {
    if (done.has(partNumber)) continue;
    if (timeLeft() < copyTimeoutMs(partRange(copy, partNumber).length)) return;
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
        if (error instanceof OutOfTime) continue;
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
