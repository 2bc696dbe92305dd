import { partsSeconds, type Rate, type Shape } from '../copy/plan-time.ts';
import { runDollars } from './aws.ts';
import { countRun, taskSeconds } from './machine.ts';
import { type RequestPrices, requestDollars } from './tables.ts';

/** An invocation ends after 15 minutes and claims no part that would not end before: so much of it copies. */
const ROUND_SECONDS = 14 * 60;

/** How often the Map over the spans runs. */
export function roundsOf(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / ROUND_SECONDS));
}

/** What depends on the shape of a copy in parts, in dollars: copying and listing its parts, states and functions. */
export function shapeDollars(size: number, shape: Shape, rate: Rate, prices: RequestPrices): number {
  const { partCount, spanCount } = shape;
  const { expected } = partsSeconds(size, shape, rate);
  const run = { strategy: 'parts', spanCount, rounds: roundsOf(expected), readSpanCount: 0, readRounds: 0 } as const;
  const { transitions, invocations, duration } = runDollars(countRun(run), [
    taskSeconds('CopySpan', spanCount, spanCount * expected),
  ]);
  return partCount * requestDollars(prices, 'write') + transitions + invocations + duration;
}
