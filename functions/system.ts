import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '@objectferry/shared/runtime.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** 128 random bits: nobody guesses them and no two copies share them. */
export function randomToken(): string {
  return randomBytes(16).toString('hex');
}
