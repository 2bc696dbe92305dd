import type { RunCounts, TaskSeconds } from './machine.ts';

/** What runs a copy, in dollars of us-east-1, without what an account has for free. */
export const AWS_PRICES = {
  region: 'us-east-1',
  date: '2026-11-21',
  confirmed: true,
  /** A standard workflow's. */
  perTransition: 25 / 1e6,
  perInvocation: 0.2 / 1e6,
  /** Of arm64, the first 7.5 billion of a month. */
  perGbSecond: 0.0000133334,
  sources: ['https://aws.amazon.com/step-functions/pricing/', 'https://aws.amazon.com/lambda/pricing/'],
} as const;

/** What the machine and its functions cost, in dollars. */
export interface RunDollars {
  readonly transitions: number;
  readonly invocations: number;
  readonly duration: number;
}

/** @param seconds of every task, with the memory it holds meanwhile. */
export function runDollars({ transitions, invocations }: RunCounts, seconds: readonly TaskSeconds[]): RunDollars {
  return {
    transitions: transitions * AWS_PRICES.perTransition,
    invocations: invocations * AWS_PRICES.perInvocation,
    duration: gbSeconds(seconds) * AWS_PRICES.perGbSecond,
  };
}

/** GB-seconds as Lambda counts them. */
function gbSeconds(seconds: readonly TaskSeconds[]): number {
  return seconds.reduce((sum, task) => sum + (task.memoryMiB / 1024) * task.seconds, 0);
}
