import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import { createLogUpdate } from 'log-update';
import { advance, NOTHING_YET, type Phase, type Progress, progressFrame, progressLine } from './progress.ts';

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 2_000;
const COLUMNS = 80;

/** What is shown while a copy runs. */
export interface Display {
  /** Writes a line that stays, and says `stopping` from now on. */
  readonly stopping: (notice: string) => void;
  /** Writes a line that stays, unless nothing but warnings is to be shown. */
  readonly tell: (sentence: string) => void;
  /** Writes a line that stays. */
  readonly warn: (sentence: string) => void;
  /** Leaves the last state standing, if there was anything to show. */
  readonly end: (phase: Phase) => void;
}

/** Hears what happens to the copy that is shown. */
interface Observer {
  readonly observe: (event: CopyEvent) => void;
}

/** What a display draws: progress, and the milliseconds it took. */
export type Look = () => { readonly progress: Progress; readonly elapsedMs: number };

/** Shows the progress of a copy that runs here, from its events. @param quiet Shows nothing but notices. */
export function showProgress(stream: NodeJS.WriteStream, quiet: boolean): Display & Observer {
  let progress = NOTHING_YET;
  let copyingSince: number | undefined;
  // A repeated span adopts what it has copied before, and says so: each part counts once.
  const counted = new Set<number>();
  const look: Look = () => ({ progress, elapsedMs: copyingSince === undefined ? 0 : Date.now() - copyingSince });
  return {
    ...display(stream, quiet, look),
    observe: (event) => {
      if (event.type === 'planned') {
        copyingSince = Date.now();
        counted.clear();
      }
      if (event.type === 'part') {
        if (counted.has(event.partNumber)) return;
        counted.add(event.partNumber);
      }
      progress = advance(progress, event);
    },
  };
}

/**
 * Shows progress while a copy runs: two lines that are redrawn on a terminal, a plain line every two seconds
 * elsewhere.
 *
 * @param quiet Shows nothing but notices.
 */
export function display(stream: NodeJS.WriteStream, quiet: boolean, look: Look): Display {
  let phase: Phase = 'running';
  const redraw = stream.isTTY && !quiet ? createLogUpdate(stream) : undefined;
  const show = (): void => {
    const { progress, elapsedMs } = look();
    if (redraw === undefined) stream.write(`${progressLine(progress, elapsedMs, phase)}\n`);
    else redraw(progressFrame(progress, elapsedMs, phase, stream.columns || COLUMNS));
  };
  const timer = quiet ? undefined : setInterval(show, redraw === undefined ? PLAIN_LINE_MS : REDRAW_MS);
  timer?.unref();
  const persist = (line: string): void => {
    if (redraw === undefined) stream.write(`${line}\n`);
    else redraw.persist(line);
  };
  return {
    stopping: (notice) => {
      phase = 'stopping';
      persist(notice);
    },
    tell: quiet ? () => undefined : persist,
    warn: persist,
    end: (last) => {
      clearInterval(timer);
      phase = last;
      if (look().progress.strategy === undefined) redraw?.clear();
      else if (!quiet) show();
      redraw?.done();
    },
  };
}
