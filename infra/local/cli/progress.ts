import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import { formatBytes, formatSeconds } from './format.ts';

/** How far a copy is; a new value with every event. */
export interface Progress {
  readonly strategy?: 'whole' | 'parts';
  readonly size: number;
  readonly partCount: number;
  readonly partsDone: number;
  readonly bytesDone: number;
  /** Bytes copied by this run, which the rate is made of. */
  readonly bytesCopied: number;
  /** Bytes that were read back and are equal. */
  readonly bytesRead: number;
  readonly retries: number;
  readonly lastRetry?: string;
}

/** What the copy is doing besides copying; a word of the line. */
export type Phase = 'running' | 'stopping' | 'stopped' | 'failed' | 'done';

export const NOTHING_YET: Progress = {
  size: 0,
  partCount: 0,
  partsDone: 0,
  bytesDone: 0,
  bytesCopied: 0,
  bytesRead: 0,
  retries: 0,
};

const BAR_WIDTH = 24;
const SHORTEST_BAR = 8;
const LONGEST_AMOUNT = '100%  10000/10000 parts  1023.9 GiB of 1023.9 GiB'.length;

/** What an event changes. */
export function advance(progress: Progress, event: CopyEvent): Progress {
  if (event.type === 'planned') {
    const { strategy, size, partCount } = event;
    // A copy that goes on may begin anew after all.
    return { ...NOTHING_YET, ...troubleOf(progress), strategy, size, partCount };
  }
  if (event.type === 'retry') {
    return { ...progress, retries: progress.retries + 1, lastRetry: event.error.name };
  }
  // What a repeated invocation reads again does not make more of it.
  if (event.type === 'read') {
    return { ...progress, bytesRead: Math.min(progress.size, progress.bytesRead + event.bytes) };
  }
  // The receipt says it, too.
  if (event.type === 'warning') return progress;
  return {
    ...progress,
    partsDone: progress.partsDone + 1,
    bytesDone: progress.bytesDone + event.bytes,
    bytesCopied: progress.bytesCopied + (event.adopted ? 0 : event.bytes),
  };
}

function troubleOf({ retries, lastRetry }: Progress): Pick<Progress, 'retries' | 'lastRetry'> {
  return lastRetry === undefined ? { retries } : { retries, lastRetry };
}

/** One line: bar, parts, bytes, rate, time left, retries. */
export function progressLine(progress: Progress, elapsedMs: number, phase: Phase = 'running'): string {
  const { amount, pace } = wordsOf(progress, elapsedMs, phase);
  const drawn = progress.strategy === 'parts' ? `${bar(shareOf(progress))} ` : '';
  return `${drawn}${[...amount, ...pace].join('  ')}`;
}

/**
 * The same in two lines that fit into 80 columns. On a narrower terminal the bar gets shorter and the lines are cut: one
 * that wraps could not be redrawn.
 */
export function progressFrame(progress: Progress, elapsedMs: number, phase: Phase, columns: number): string {
  const { amount, pace } = wordsOf(progress, elapsedMs, phase);
  const most = columns - 1;
  const width = Math.min(BAR_WIDTH, most - LONGEST_AMOUNT - 1);
  const drawn = progress.strategy === 'parts' && width >= SHORTEST_BAR ? `${bar(shareOf(progress), width)} ` : '';
  const lines = [`${drawn}${amount.join('  ')}`, pace.join('  ')];
  return lines
    .filter((line) => line !== '')
    .map((line) => line.slice(0, most))
    .join('\n');
}

/** A bar of fixed width for a share between 0 and 1. */
export function bar(share: number, width = BAR_WIDTH): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

function shareOf({ size, bytesDone, bytesRead }: Progress): number {
  return size === 0 ? 1 : (bytesRead || bytesDone) / size;
}

/** How much, and how fast: a line each where a line is short. */
function wordsOf(
  progress: Progress,
  elapsedMs: number,
  phase: Phase,
): { readonly amount: readonly string[]; readonly pace: readonly string[] } {
  const { strategy, size, partCount, partsDone, bytesDone, bytesCopied, bytesRead, retries, lastRetry } = progress;
  const trouble = retries === 0 ? [] : [`retries ${retries} (last ${lastRetry})`];
  if (strategy === undefined) return { amount: ['looking at the source'], pace: trouble };
  if (bytesRead > 0) {
    const verb = phase === 'done' ? 'read back' : 'reading back';
    const amount = [`${verb} ${formatBytes(bytesRead)} of ${formatBytes(size)}`];
    return { amount, pace: [...(phase === 'running' ? [] : [phase]), ...trouble] };
  }
  if (strategy === 'whole') {
    const verb = phase === 'done' ? 'copied' : 'copying';
    return { amount: [`${verb} ${formatBytes(size)} with one request`], pace: trouble };
  }
  const rate = elapsedMs === 0 ? 0 : (bytesCopied * 1000) / elapsedMs;
  const percent = `${Math.floor(shareOf(progress) * 100)}%`;
  return {
    amount: [percent, `${partsDone}/${partCount} parts`, `${formatBytes(bytesDone)} of ${formatBytes(size)}`],
    pace: [`${formatBytes(rate)}/s`, phase === 'running' ? timeLeft(progress, rate) : phase, ...trouble],
  };
}

function timeLeft({ size, partCount, partsDone, bytesDone }: Progress, rate: number): string {
  if (partsDone >= partCount) return 'checking';
  return rate === 0 ? 'ETA ?' : `ETA ${formatSeconds((size - bytesDone) / rate)}`;
}
