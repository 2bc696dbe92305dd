import { parentPort, workerData } from 'node:worker_threads';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { applyMutant } from './mutate.ts';
import type { Outcome } from './simulate.ts';
import { VirtualTime } from './virtual-time.ts';

/** What a worker is made with. */
export interface WorkerTask {
  readonly definition: StateMachineDefinition;
  readonly mutant: string | undefined;
}

/** Seeds to live through. */
export interface SeedRange {
  readonly from: number;
  readonly count: number;
  readonly traced: boolean;
  /** Ends at the first violation. */
  readonly untilCaught: boolean;
}

const { definition, mutant }: WorkerTask = workerData;
if (mutant !== undefined) applyMutant(mutant);
// Only now: what is loaded is what the mutant has left of it.
const { simulate } = await import('./simulate.ts');
const time = new VirtualTime();
time.install();

parentPort?.on('message', async ({ from, count, traced, untilCaught }: SeedRange) => {
  const outcomes: Outcome[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await simulate(seed, definition, time, { traced });
    outcomes.push(outcome);
    if (untilCaught && outcome.violation !== undefined) break;
  }
  parentPort?.postMessage(outcomes);
});
