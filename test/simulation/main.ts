import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { copyDefinition } from '#infra/local/definition.ts';
import { huntMutants, MOST_SEEDS } from './hunt.ts';
import { runSeeds, SeedRunner } from './pool.ts';
import { createReport } from './report.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
  },
});

const definition = copyDefinition();
const { mutant } = values;
const report = createReport(mutant);
const traceOf = async (seed: number): Promise<readonly string[]> => {
  await using runner = new SeedRunner(definition, mutant);
  const [outcome] = await runner.run({ from: seed, count: 1, traced: true, untilCaught: false });
  return outcome?.trace ?? [];
};

const threads = Math.min(2, availableParallelism());

if (values.mutants) {
  await showMutants();
} else {
  await showSeeds();
}

async function showMutants(): Promise<void> {
  const missed: string[] = [];
  await huntMutants(definition, { threads, isHurried: false }, ({ mutant: { name }, seed, invariant, seconds }) => {
    if (seed === undefined) missed.push(name);
    const found = seed === undefined ? `NOT CAUGHT in ${MOST_SEEDS} seeds` : `seed ${seed}: ${invariant}`;
    process.stdout.write(`${name.padEnd(64)} ${found} (${seconds.toFixed(1)} s)\n`);
  });
  process.exitCode = missed.length === 0 ? 0 : 1;
}

async function showSeeds(): Promise<void> {
  const { seed } = values;
  const range =
    seed === undefined ? { from: Number(values.from), count: Number(values.seeds) } : { from: Number(seed), count: 1 };
  await runSeeds(definition, { ...range, threads: Math.min(threads, range.count), mutant }, report.add);
  const [first] = report.violated();
  if (first !== undefined || values.trace) {
    const trace = await traceOf(first ?? range.from);
    process.stdout.write(`${trace.join('\n')}\n`);
  }
  process.stdout.write(report.text());
  process.exitCode = first === undefined ? 0 : 1;
}
