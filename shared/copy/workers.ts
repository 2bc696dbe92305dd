import type { Pace, Place } from './pace.ts';

/**
 * Runs so many workers over one queue; the first failure stops the queue and, by the signal, the work in flight, then is
 * thrown, once nothing runs any more.
 *
 * @param pace How many of them may work at a time; all by default. The place that it gives is given back in the end.
 */
export async function runWorkers<T>(
  queue: Iterator<T>,
  workers: number,
  work: (item: T, signal: AbortSignal, place: Place | undefined) => Promise<void>,
  pace?: Pace,
): Promise<void> {
  const stop = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  /** @returns false when there is nothing more to do. */
  const one = async (place: Place | undefined): Promise<boolean> => {
    // Claimed only now: what is left of the time is judged when the work can begin.
    const item = stop.signal.aborted ? undefined : queue.next();
    if (item === undefined || item.done === true) return false;
    try {
      await work(item.value, stop.signal, place);
      return true;
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
      pace?.release();
      return false;
    }
  };
  const worker = async (): Promise<void> => {
    for (let goesOn = true; goesOn; ) {
      const turn = pace?.enter(stop.signal);
      const place = turn instanceof Promise ? await turn : turn;
      goesOn = await one(place);
      place?.leave();
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  if (failure !== undefined) throw failure.error;
}
