import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import { createLogUpdate } from 'log-update';
import { advance, NOTHING_YET, type Phase, progressFrame, progressLine } from './progress.ts';

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 2_000;
const COLUMNS = 80;

/** What is shown while a copy runs. */
export interface Display {
  readonly observe: (event: CopyEvent) => void;
  /** Writes a line that stays, and says `stopping` from now on. */
  readonly stopping: (notice: string) => void;
  /** Leaves the last state standing, if there was anything to show. */
  readonly end: (phase: Phase) => void;
}

/**
 * Shows progress while a copy runs: two lines that are redrawn on a terminal, a plain line every two seconds
 * elsewhere.
 *
 * @param quiet Shows nothing but notices.
 */
export function showProgress(stream: NodeJS.WriteStream, quiet: boolean): Display {
  let progress = NOTHING_YET;
  let phase: Phase = 'running';
  let copyingSince: number | undefined;
  // A repeated span adopts what it has copied before, and says so: each part counts once.
  const counted = new Set<number>();
  const redraw = stream.isTTY && !quiet ? createLogUpdate(stream) : undefined;
  const show = (): void => {
    const elapsedMs = copyingSince === undefined ? 0 : Date.now() - copyingSince;
    if (redraw === undefined) stream.write(`${progressLine(progress, elapsedMs, phase)}\n`);
    else redraw(progressFrame(progress, elapsedMs, phase, stream.columns || COLUMNS));
  };
  const timer = quiet ? undefined : setInterval(show, redraw === undefined ? PLAIN_LINE_MS : REDRAW_MS);
  timer?.unref();
  return {
    observe: (event) => {
      if (event.type === 'planned') copyingSince = Date.now();
      if (event.type === 'part') {
        if (counted.has(event.partNumber)) return;
        counted.add(event.partNumber);
      }
      progress = advance(progress, event);
    },
    stopping: (notice) => {
      phase = 'stopping';
      if (redraw === undefined) stream.write(`${notice}\n`);
      else redraw.persist(notice);
    },
    end: (last) => {
      clearInterval(timer);
      phase = last;
      if (progress.strategy === undefined) redraw?.clear();
      else if (!quiet) show();
      redraw?.done();
    },
  };
}
