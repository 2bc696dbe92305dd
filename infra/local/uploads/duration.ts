import { CopyError } from '@objectferry/shared/errors.ts';
import { quoted } from '../../../shared/quoted.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
/** Six digits reach further back than any object store. */
const FORM = /^(\d{1,6})([mhd])$/;

/**
 * Reads a duration as a person writes it: `90m`, `36h`, `7d`.
 *
 * @param flag What to call it in a sentence.
 * @returns milliseconds.
 * @throws CopyError InvalidRequest for any other form, and for nothing.
 */
export function parseDuration(flag: string, text: string): number {
  const [, count = '', unit = ''] = FORM.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) {
    throw new CopyError(
      'InvalidRequest',
      `${flag} is ${quoted(text)}: give a whole number and its unit, minutes, hours or days, as in 90m, 36h or 7d.`,
    );
  }
  if (Number(count) === 0) throw new CopyError('InvalidRequest', `${flag} is ${quoted(text)}: give 1m or more.`);
  return Number(count) * unitMs;
}

/** An age in the notation of {@link parseDuration}, rounded down; what a fast clock dates into the future is `0m`. */
export function formatAge(ms: number): string {
  if (ms < 2 * HOUR_MS) return `${Math.max(0, Math.floor(ms / MINUTE_MS))}m`;
  return ms < 2 * DAY_MS ? `${Math.floor(ms / HOUR_MS)}h` : `${Math.floor(ms / DAY_MS)}d`;
}
