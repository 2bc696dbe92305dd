/** Memory of the functions, as they are deployed: a test compares this with the deployment. */
export const MEMORY_MIB = {
  Initiate: 512,
  CopyWhole: 256,
  CopySpan: 512,
  Complete: 512,
  VerifySpan: 768,
  Prove: 256,
} as const;

/** Time that an invocation takes besides its requests: a cold start in part, parsing, reporting. */
const OWN_SECONDS = 0.5;

/** How a copy goes through the state machine. */
export interface Run {
  readonly strategy: 'whole' | 'parts';
  readonly spanCount: number;
  /** Times that the Map over the spans runs: more than one when 15 minutes are not enough. */
  readonly rounds: number;
  /** The same for reading back; 0 where nothing is read. */
  readonly readSpanCount: number;
  readonly readRounds: number;
}

export interface RunCounts {
  readonly transitions: number;
  readonly invocations: number;
  /** Of 25,000. */
  readonly historyEvents: number;
}

/**
 * Counted as `infra/copy-machine.ts` makes them. Events: start and end 2, a task 5, a Map 4 and 7 for each item, any
 * other state 2. Transitions: every state that is entered; the iterations of an inline Map add none of their own.
 */
export function countRun({ strategy, spanCount, rounds, readSpanCount, readRounds }: Run): RunCounts {
  const parts = strategy === 'parts';
  // Start, the way, Initiate, the choice, …, Succeeded.
  let [events, transitions, invocations] = [2 + 2 + 2 + 5 + 2 + 2, 5, 1];
  if (parts) {
    events += rounds * (4 + 7 * spanCount + 5 + 2);
    transitions += rounds * (1 + spanCount + 1 + 1);
    invocations += rounds * (spanCount + 1);
  } else {
    events += 5 + 2;
    transitions += 2;
    invocations += 1;
  }
  events += readRounds * (4 + 7 * readSpanCount + 5 + 2);
  transitions += readRounds * (1 + readSpanCount + 1 + 1);
  invocations += readRounds * (readSpanCount + 1);
  return { transitions, invocations, historyEvents: events };
}

/** How long functions hold how much memory. */
export interface TaskSeconds {
  readonly task: keyof typeof MEMORY_MIB;
  readonly memoryMiB: number;
  /** Of all its invocations. */
  readonly seconds: number;
}

/** What invocations of a task take. */
export function taskSeconds(task: keyof typeof MEMORY_MIB, invocations: number, seconds: number): TaskSeconds {
  return { task, memoryMiB: MEMORY_MIB[task], seconds: invocations * OWN_SECONDS + seconds };
}
