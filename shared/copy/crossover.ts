import { shapeDollars } from '../prices/part-cost.ts';
import { pricesOf } from '../prices/tables.ts';
import { DOLLARS_PER_SECOND, type PlanInput, plan } from './plan.ts';
import { DEFAULT_RATE, partsCopySeconds, wholeCopySeconds } from './plan-time.ts';

/** Less than this nobody would have waited for. */
const LEAST_SAVED_SECONDS = 10;

/**
 * True where parts are worth it although one request could copy the object: they save ten seconds at least and half the
 * time, and what they cost more is no more than these seconds are worth.
 */
export function partsPay(input: PlanInput): boolean {
  const { size, rate = DEFAULT_RATE, prices = pricesOf('s3'), copiesAtOnce = 1, maxDollars } = input;
  const whole = wholeCopySeconds(size, rate).expected;
  // Parts cannot be faster than this: most objects are decided here.
  if (whole < LEAST_SAVED_SECONDS) return false;
  const shape = plan(input);
  const saved = whole - partsCopySeconds(size, shape, rate).expected;
  const dollars = shapeDollars(size, shape, rate, prices);
  if (maxDollars !== undefined && dollars > maxDollars) return false;
  return saved >= LEAST_SAVED_SECONDS && saved >= whole / 2 && dollars <= (saved * DOLLARS_PER_SECOND) / copiesAtOnce;
}
