/** Places that many share: whoever finds none free waits for its turn, first come, first served. */
export interface Gate {
  /** Runs the work as soon as a place is free, and frees it when the work has ended, well or not. */
  readonly through: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A gate with so many places. */
export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    // A place that is handed on is never free in between, so nobody can slip in.
    if (next === undefined) free += 1;
    else next();
  };
  return {
    through: async (work) => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
