import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { MUTANTS, type Mutant } from './mutants.ts';
import { SeedRunner } from './pool.ts';
import type { Outcome } from './simulate.ts';

/** Seeds that every planted bug has to be noticed in. */
export const MOST_SEEDS = 1000;

/** How a planted bug was noticed; without a seed it was not. */
export interface Catch {
  readonly mutant: Mutant;
  readonly seed: number | undefined;
  readonly invariant: string | undefined;
  readonly seconds: number;
}

/**
 * Runs seeds from 1 on with each mutant until one promise is not kept.
 *
 * @param isHurried Begins with the seed that is known to notice it, and goes the whole way only when that one does not.
 */
export async function huntMutants(
  definition: StateMachineDefinition,
  { threads, isHurried }: { readonly threads: number; readonly isHurried: boolean },
  onCatch: (caught: Catch) => void,
): Promise<void> {
  const left = [...MUTANTS];
  const work = async (): Promise<void> => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      onCatch(await hunt(definition, mutant, isHurried));
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
}

async function hunt(definition: StateMachineDefinition, mutant: Mutant, isHurried: boolean): Promise<Catch> {
  const started = performance.now();
  await using runner = new SeedRunner(definition, mutant.name);
  const look = async (from: number, count: number): Promise<Outcome | undefined> => {
    const outcomes = await runner.run({ from, count, traced: false, untilCaught: true });
    return outcomes.find(({ violation }) => violation !== undefined);
  };
  const caught = (isHurried ? await look(mutant.noticedBy, 1) : undefined) ?? (await look(1, MOST_SEEDS));
  const seconds = (performance.now() - started) / 1000;
  return { mutant, seed: caught?.seed, invariant: caught?.violation?.invariant, seconds };
}
