import { Worker } from 'node:worker_threads';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Outcome } from './simulate.ts';
import type { SeedRange, WorkerTask } from './worker.ts';

/** Seeds that a worker is given at a time: few enough that both are busy to the end. */
const BATCH = 50;

/** A thread with a world of its own, whose code may have a bug planted. */
export class SeedRunner implements AsyncDisposable {
  readonly #worker: Worker;

  constructor(definition: StateMachineDefinition, mutant?: string) {
    const workerData: WorkerTask = { definition, mutant };
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, env: SILENT });
  }

  run(range: SeedRange): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      this.#worker.once('error', reject);
      this.#worker.once('message', (outcomes: readonly Outcome[]) => {
        this.#worker.off('error', reject);
        resolve(outcomes);
      });
      this.#worker.postMessage(range);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** What handlers log is heard elsewhere. */
const SILENT = { POWERTOOLS_LOG_LEVEL: 'SILENT', NODE_NO_WARNINGS: '1' };

/** Runs seeds on so many threads; each outcome as it comes, in no order. */
export async function runSeeds(
  definition: StateMachineDefinition,
  { from, count, threads, mutant }: { from: number; count: number; threads: number; mutant?: string | undefined },
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  let next = from;
  const end = from + count;
  const work = async (): Promise<void> => {
    await using runner = new SeedRunner(definition, mutant);
    while (next < end) {
      const first = next;
      next = Math.min(end, first + BATCH);
      const range = { from: first, count: next - first, traced: false, untilCaught: false };
      for (const outcome of await runner.run(range)) onOutcome(outcome);
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
}
