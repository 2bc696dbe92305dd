import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import { createLogUpdate } from 'log-update';
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
  readonly retries: number;
  readonly lastRetry?: string;
}

export const NOTHING_YET: Progress = { size: 0, partCount: 0, partsDone: 0, bytesDone: 0, bytesCopied: 0, retries: 0 };

/** What an event changes. */
export function advance(progress: Progress, event: CopyEvent): Progress {
  if (event.type === 'planned') {
    const { strategy, size, partCount } = event;
    return { ...progress, strategy, size, partCount };
  }
  if (event.type === 'retry') {
    return { ...progress, retries: progress.retries + 1, lastRetry: event.error.name };
  }
  return {
    ...progress,
    partsDone: progress.partsDone + 1,
    bytesDone: progress.bytesDone + event.bytes,
    bytesCopied: progress.bytesCopied + (event.adopted ? 0 : event.bytes),
  };
}

/** One line: bar, parts, bytes, rate, time left, retries. */
export function progressLine(progress: Progress, elapsedMs: number): string {
  const { strategy, size, partCount, partsDone, bytesDone, bytesCopied, retries, lastRetry } = progress;
  const trouble = retries === 0 ? '' : `  retries ${retries} (last ${lastRetry})`;
  if (strategy === undefined) return `looking at the source${trouble}`;
  if (strategy === 'whole') return `copying ${formatBytes(size)} with one request${trouble}`;
  const share = size === 0 ? 1 : bytesDone / size;
  const rate = elapsedMs === 0 ? 0 : (bytesCopied * 1000) / elapsedMs;
  const left =
    partsDone >= partCount ? 'checking' : rate === 0 ? 'ETA ?' : `ETA ${formatSeconds((size - bytesDone) / rate)}`;
  return [
    `${bar(share)} ${Math.floor(share * 100)}%`,
    `${partsDone}/${partCount} parts`,
    `${formatBytes(bytesDone)} of ${formatBytes(size)}`,
    `${formatBytes(rate)}/s`,
    `${left}${trouble}`,
  ].join('  ');
}

/** A bar of fixed width for a share between 0 and 1. */
export function bar(share: number, width = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 2_000;

/**
 * Shows progress while a copy runs: one line that is redrawn on a terminal, a plain line every two seconds elsewhere.
 *
 * @param stream Where to; undefined shows nothing.
 */
export function startProgress(stream: NodeJS.WriteStream | undefined): {
  readonly observe: (event: CopyEvent) => void;
  readonly end: () => void;
} {
  let progress = NOTHING_YET;
  let copyingSince: number | undefined;
  let ended = stream === undefined;
  const redraw = stream?.isTTY ? createLogUpdate(stream) : undefined;
  const show = (): void => {
    const line = progressLine(progress, copyingSince === undefined ? 0 : Date.now() - copyingSince);
    if (redraw === undefined) stream?.write(`${line}\n`);
    else redraw(line);
  };
  const timer = stream === undefined ? undefined : setInterval(show, redraw === undefined ? PLAIN_LINE_MS : REDRAW_MS);
  timer?.unref();
  return {
    observe: (event) => {
      if (event.type === 'planned') copyingSince = Date.now();
      progress = advance(progress, event);
    },
    end: () => {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      show();
      redraw?.done();
    },
  };
}
