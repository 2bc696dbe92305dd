import type { SeededChoice } from '../queue/seeded-choice.ts';

/** When a process is killed. */
export interface Moment {
  /** For a person. */
  readonly title: string;
  /** Of the requests that the process has sent, the one with which the time runs; undefined: with its start. */
  readonly operation: string | undefined;
  /** Which of them, 1-based. */
  readonly nth: number;
  readonly delayMs: number;
  /** Ctrl-C with this many parts on their way, so that there is an Abort to be killed in. */
  readonly interruptAtPart?: number;
}

export interface MomentOptions {
  readonly choice: SeededChoice;
  /** As the provider calls the operation that begins an upload. */
  readonly initiate: string;
  readonly parts: number;
  readonly latencyMs: number;
}

const KINDS = [
  'start',
  'look',
  'initiate',
  'initiate',
  'parts',
  'parts',
  'parts',
  'complete',
  'complete',
  'abort',
] as const;
/** A process is up and has sent its first request by then. */
const START_MS = 2_000;
/** Some more in flight with each of them is what may be copied twice. */
const PARTS_AT_ONCE = 40;

/** A moment between the start of a process and its end, also in the middle of the requests that matter most. */
export function randomMoment({ choice, initiate, parts, latencyMs }: MomentOptions): Moment {
  const title = choice.pick(KINDS);
  // From before the work is done until after its answer has arrived.
  const soon = choice.below(2 * latencyMs + 10);
  const part = 1 + choice.below(Math.min(parts, PARTS_AT_ONCE));
  const at = (operation: string | undefined, nth: number, delayMs: number): Moment => ({
    title,
    operation,
    nth,
    delayMs,
  });
  if (title === 'start') return at(undefined, 1, choice.below(START_MS));
  if (title === 'look') return at('HeadObject', 1, soon);
  if (title === 'initiate') return at(initiate, 1, soon);
  if (title === 'parts') return at('UploadPartCopy', part, soon);
  if (title === 'complete') return at('CompleteMultipartUpload', 1, soon);
  return { ...at('AbortMultipartUpload', 1, soon), interruptAtPart: part };
}
