import { type CopyError, withFacts } from '../errors.ts';

/** A stretch of time in which a request may have opened an upload whose id was lost. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
  /** Absent: the provider's. */
  readonly clock?: 'ours' | undefined;
}

const NOTE = /an upload may be open since (\S+Z) until (\S+Z)( by our clock)?/g;

/**
 * The same error, saying when uploads may have been opened. An error's text is all that a failed state hands on, so
 * that is where Abort reads it from; a person reads the same.
 */
export function withLostWindows(error: CopyError, windows: readonly Window[]): CopyError {
  const notes = windows.map(
    ({ from, to, clock }) =>
      `an upload may be open since ${from.toISOString()} until ${to.toISOString()}${clock === undefined ? '' : ' by our clock'}`,
  );
  return notes.length === 0 ? error : withFacts(error, { notes });
}

/** The windows that an error's text speaks of. */
export function lostWindows(cause: string): Window[] {
  return [...cause.matchAll(NOTE)].map(([, from = '', to = '', ours]) => ({
    from: new Date(from),
    to: new Date(to),
    ...(ours === undefined ? {} : { clock: 'ours' }),
  }));
}
