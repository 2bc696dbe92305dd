import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyDefinition } from '#infra/local/definition.ts';
import { SeedRunner } from './pool.ts';
import { scenarioOf } from './scenario.ts';
import { VARIANTS } from './variants.ts';

const SEEDS = 500;
/** One in which handlers die and much else happens. */
const EVENTFUL = 118;

describe('simulated copies', () => {
  let runner: SeedRunner;
  beforeAll(() => {
    runner = new SeedRunner(copyDefinition());
  });
  afterAll(() => runner[Symbol.asyncDispose]());
  const traceOf = async (seed: number): Promise<readonly string[]> => {
    const [outcome] = await runner.run({ from: seed, count: 1, traced: true, untilCaught: false });
    return outcome?.trace ?? [];
  };

  it(`keep every promise in the worlds of the seeds 1 to ${SEEDS}`, async () => {
    const outcomes = await runner.run({ from: 1, count: SEEDS, traced: false, untilCaught: false });
    expect(outcomes).toHaveLength(SEEDS);
    const broken = outcomes.flatMap(({ seed, violation }) =>
      violation === undefined ? [] : [`npm run simulate -- --seed ${seed} --trace: ${JSON.stringify(violation)}`],
    );
    expect(broken).toEqual([]);
    // Neither all good nor all bad: otherwise nothing would be proven.
    const succeeded = outcomes.filter(({ status }) => status === 'SUCCEEDED').length;
    expect(succeeded).toBeGreaterThan(SEEDS / 3);
    expect(succeeded).toBeLessThan((SEEDS * 4) / 5);
  });

  it('are the same again for the same seed, in the same process and in another one', async () => {
    const first = await traceOf(EVENTFUL);
    expect(first.length).toBeGreaterThan(30);
    expect(await traceOf(EVENTFUL)).toEqual(first);
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const printed = execFileSync(process.execPath, [main, '--seed', String(EVENTFUL), '--trace'], { encoding: 'utf8' });
    expect(printed.startsWith(`${first.join('\n')}\n`)).toBe(true);
  });

  it('happen at every provider, with every end of a handler', () => {
    const scenarios = Array.from({ length: SEEDS }, (_, index) => scenarioOf(index + 1));
    expect(new Set(scenarios.map(({ variant }) => variant))).toEqual(new Set(Object.keys(VARIANTS)));
    expect(scenarios.filter(({ deaths }) => deaths > 0).length).toBeGreaterThan(SEEDS / 4);
    expect(scenarios.filter(({ changes }) => changes.length > 0).length).toBeGreaterThan(SEEDS / 4);
    expect(scenarios.filter(({ stopAtRequest }) => stopAtRequest !== undefined).length).toBeGreaterThan(SEEDS / 20);
  });
});
