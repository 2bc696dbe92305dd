import { LARGEST_PAGE } from '@objectferry/shared/api.ts';
import type { StartCopy } from '@objectferry/shared/events/outcome.ts';
import type { Executions } from '../executions.ts';

/** So many copies run that no further one may start now. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
  constructor(most: number) {
    super(`${most} copies run already: the event waits for its turn.`);
  }
}

/** Lets copies start as long as fewer run than may. */
export interface Turnstile {
  /** @throws NoRoom */
  requireRoom(): Promise<void>;
  /** Starts a copy. One that was started before takes no room. @throws NoRoom, and what starting throws. */
  readonly start: StartCopy;
}

/** What was counted is taken for true so long; asking for every event would be throttled. */
const COUNT_FOR_MS = 1000;

/**
 * Counts what runs, once a second, and what starts here since then. Several of them at a time know nothing of each
 * other, and what Step Functions lists is seconds old, so that a few copies more than `most` may run.
 *
 * @param now Milliseconds.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 */
export function createTurnstile(
  executions: Pick<Executions, 'list' | 'start'>,
  most: number,
  now: () => number,
): Turnstile {
  let counted: { readonly running: Promise<number>; readonly until: number } | undefined;
  /** Starts that the count does not have, and those of them that are not answered yet. */
  let started = 0;
  let pending = 0;
  const count = (): Promise<number> => {
    if (counted !== undefined && now() < counted.until) return counted.running;
    const fresh = { running: countRunning(executions, most), until: now() + COUNT_FOR_MS };
    counted = fresh;
    // These may or may not be listed yet: better one too many.
    started = pending;
    fresh.running.catch(() => {
      if (counted === fresh) counted = undefined;
    });
    return fresh.running;
  };
  const refuseAt = (running: number): void => {
    if (running + started >= most) throw new NoRoom(most);
  };
  return {
    requireRoom: async () => refuseAt(await count()),
    start: async (copy) => {
      // Nothing may come between looking and entering: ten events are dealt with side by side.
      refuseAt(await count());
      started += 1;
      pending += 1;
      let answer: 'started' | 'exists' | undefined;
      try {
        answer = await executions.start(copy);
        return answer;
      } finally {
        pending -= 1;
        if (answer !== 'started') started -= 1;
      }
    },
  };
}

/** More than `most` need not be known. */
async function countRunning(executions: Pick<Executions, 'list'>, most: number): Promise<number> {
  let running = 0;
  let next: string | undefined;
  do {
    const page = await executions.list({ state: 'running', limit: Math.min(most, LARGEST_PAGE), next });
    running += page.executions.length;
    next = page.next;
  } while (next !== undefined && running < most);
  return running;
}
