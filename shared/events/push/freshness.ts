import { unproven } from './refusal.ts';

/**
 * How far a signed time may be from ours, either way, in milliseconds. Within it a copied message is believed again,
 * which does no harm: it means the same object, and the copy of it has a name already.
 */
const WINDOW_MS = 15 * 60 * 1000;

/** @throws Refusal 403 when there is no time, or it is outside the window. */
export function requireFresh(time: Date, now: Date, windowMs = WINDOW_MS): void {
  // Not a number, for a text that is no date, is not within anything.
  if (!(Math.abs(now.getTime() - time.getTime()) <= windowMs)) throw unproven();
}
