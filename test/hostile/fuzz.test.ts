import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../emulators/faults.ts';
import { fuzz } from './fuzz.ts';
import { mutated } from './mutate.ts';
import { allTargets } from './targets/all.ts';
import { inputsOf, type Target } from './targets/target.ts';

const SEED = 5;

describe('every parser', () => {
  let targets: readonly Target[];
  beforeAll(async () => {
    targets = await allTargets();
  });

  it('refuses changed inputs with its own error or reads them, soon, and makes nothing large of them', async () => {
    expect(targets.length).toBeGreaterThan(20);
    const { runs, taken, refused } = await fuzz(targets, { seed: SEED, runs: 3_000, within: 2_500 });
    expect(runs).toBeGreaterThan(300);
    // Neither are all inputs broken beyond reading, nor none.
    expect(Math.min(taken, refused)).toBeGreaterThan(runs / 10);
  }, 30_000);

  it('reads the inputs that were not changed', async () => {
    for (const { name, inputs, parse, refuses } of targets) {
      for (const [input, bytes] of inputs) {
        const error = await attempt(() => parse(bytes, input));
        // Refusals of providers and inputs that have to be refused are among them.
        if (error !== undefined && !refuses(error)) expect.fail(`${name}, ${input}: ${String(error)}`);
      }
    }
  });
});

describe('what a parser must not do is found', () => {
  const target = (parse: Target['parse']): Target => ({
    name: 'planted',
    inputs: inputsOf({ text: 'some text' }),
    parse,
    refuses: (error) => error instanceof SyntaxError,
  });
  const wait = (ms: number): void => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };

  it.each<[string, Target['parse'], RegExp]>([
    ['crash', (bytes) => bytes.toString().normalize('none'), /planted, text: .*\nseed 5, run 0\n[A-Za-z0-9+/]*=*$/],
    ['take time', () => wait(60), /it took \d+ ms for \d+ bytes\nseed 5/],
    ['grow', (bytes) => bytes.toString('hex').repeat(20_000), /bytes became \d+ characters\nseed 5/],
    [
      'write a novel',
      () => {
        throw new SyntaxError('x'.repeat(100_000));
      },
      /far too long\nseed 5/,
    ],
  ])('to %s', async (_, parse, expected) => {
    await expect(fuzz([target(parse)], { seed: SEED, runs: 50 })).rejects.toThrow(expected);
  });

  it('to touch a prototype', async () => {
    const parse = () => Object.defineProperty(Object.prototype, 'planted', { value: 1, configurable: true }) && 1;
    try {
      await expect(fuzz([target(parse)], { seed: SEED, runs: 1 })).rejects.toThrow(/a prototype was changed/);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'planted');
    }
  });
});

describe('mutations', () => {
  it('are the same for the same seed, rarely the input itself, and bounded', () => {
    const input = Buffer.from('{"a": [1, 2, "three"]}');
    const run = (seed: number): Buffer[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 500 }, () => mutated(input, random));
    };
    const made = run(1);
    expect(Buffer.concat(run(1)).equals(Buffer.concat(made))).toBe(true);
    expect(Buffer.concat(run(2)).equals(Buffer.concat(made))).toBe(false);
    expect(made.filter((bytes) => bytes.equals(input)).length).toBeLessThan(25);
    expect(Math.max(...made.map(({ length }) => length))).toBeLessThanOrEqual(4 * input.length + 64 * 1024);
  });
});

async function attempt(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}
