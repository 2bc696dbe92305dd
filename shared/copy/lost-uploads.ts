import { type CopyError, withFacts } from '../errors.ts';

/** A stretch of time by the provider's clock, in which a request may have opened an upload whose id was lost. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}

const NOTE = /an upload may be open since (\S+Z) until (\S+Z)/g;

/**
 * The same error, saying when uploads may have been opened. An error's text is all that a failed state hands on, so
 * that is where Abort reads it from; a person reads the same.
 */
export function withLostWindows(error: CopyError, windows: readonly Window[]): CopyError {
  const notes = windows.map(
    ({ from, to }) => `an upload may be open since ${from.toISOString()} until ${to.toISOString()}`,
  );
  return notes.length === 0 ? error : withFacts(error, { notes });
}

/** The windows that an error's text speaks of. */
export function lostWindows(cause: string): Window[] {
  return [...cause.matchAll(NOTE)].map(([, from = '', to = '']) => ({ from: new Date(from), to: new Date(to) }));
}
