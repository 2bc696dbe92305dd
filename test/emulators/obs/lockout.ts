import { Refusal } from '../refusal.ts';

/** Counts wrong signatures by access key. */
export interface Lockout {
  /** Refuses a key that is locked out. */
  check(accessKeyId: string): void;
  wrong(accessKeyId: string): void;
  right(accessKeyId: string): void;
}

/** Locks a key out for a while after too many wrong signatures in a row. How many OBS lets pass is not documented. */
export function createLockout(limit: { readonly most: number; readonly lockMs: number }, now: () => Date): Lockout {
  const wrongs = new Map<string, { count: number; last: number }>();
  return {
    check: (accessKeyId) => {
      const found = wrongs.get(accessKeyId);
      if (!found || found.count < limit.most) {
        return;
      }
      if (now().getTime() - found.last >= limit.lockMs) {
        wrongs.delete(accessKeyId);
        return;
      }
      throw new Refusal(
        400,
        'TooManyWrongSignature',
        'The access key was locked out for a while because of too many wrong signatures.',
      );
    },
    wrong: (accessKeyId) => {
      wrongs.set(accessKeyId, { count: (wrongs.get(accessKeyId)?.count ?? 0) + 1, last: now().getTime() });
    },
    right: (accessKeyId) => {
      wrongs.delete(accessKeyId);
    },
  };
}
