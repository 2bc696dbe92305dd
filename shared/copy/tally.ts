import type { Progress } from '../contract.ts';
import type { Runtime } from '../runtime.ts';

/** What a handler counts for the receipt. */
export type Tally = Pick<Progress, 'retries' | 'throttles'>;

/** A runtime that also counts the retries it is told of, whichever request they belong to. */
export function tallied(runtime: Runtime): { readonly runtime: Runtime; readonly tally: () => Tally } {
  let [retries, throttles] = [0, 0];
  return {
    runtime: {
      ...runtime,
      observe: (event) => {
        if (event.type === 'retry' && event.settled !== true) {
          retries += 1;
          if (event.error.name === 'Throttled') throttles += 1;
        }
        runtime.observe(event);
      },
    },
    tally: () => ({ retries, throttles }),
  };
}
