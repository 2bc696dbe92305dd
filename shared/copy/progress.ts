import type { Progress } from '../contract.ts';
import { EMPTY_DIGEST, mergeDigests } from './digest.ts';
import type { Tally } from './tally.ts';

/** Nothing copied yet. */
export const EMPTY_PROGRESS: Progress = {
  copied: 0,
  adopted: 0,
  bytes: 0,
  retries: 0,
  throttles: 0,
  digest: EMPTY_DIGEST,
};

/** Adds up what disjoint sets of parts report: what is done, and what comes to it. */
export function addProgress(a: Progress, b: Progress): Progress {
  return {
    copied: a.copied + b.copied,
    adopted: a.adopted + b.adopted,
    bytes: a.bytes + b.bytes,
    retries: a.retries + b.retries,
    throttles: a.throttles + b.throttles,
    digest: mergeDigests(a.digest, b.digest),
    ...(a.repairs === undefined ? {} : { repairs: a.repairs }),
  };
}

/** Adds retries that belong to no span. */
export function addTally(progress: Progress, { retries, throttles }: Tally): Progress {
  return { ...progress, retries: progress.retries + retries, throttles: progress.throttles + throttles };
}
