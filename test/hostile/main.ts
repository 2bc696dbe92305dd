import { parseArgs } from 'node:util';
import { fuzz, judge } from './fuzz.ts';
import { allTargets } from './targets/all.ts';

/**
 * Changes valid inputs of every parser, for as long as one likes:
 *
 *     node test/hostile/main.ts --runs 200000 --seed 7
 *     node test/hostile/main.ts --target events --input BASE64     repeats one that failed
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    target: { type: 'string' },
    input: { type: 'string' },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const targets = (await allTargets()).filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0) throw new Error(`There is no parser of ${values.target}.`);
if (values.input !== undefined) {
  const bytes = Buffer.from(values.input, 'base64');
  for (const target of targets) {
    for (const name of target.inputs.keys())
      print(`${target.name}, ${name}: ${JSON.stringify(await judge(target, name, bytes))}`);
  }
} else {
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  const started = performance.now();
  print(`${targets.length} parsers, ${runs} runs, seed ${seed}`);
  const { taken, refused, slowestMs } = await fuzz(targets, { seed, runs });
  const seconds = (performance.now() - started) / 1000;
  print(`${taken} taken, ${refused} refused, slowest ${slowestMs.toFixed(1)} ms, ${seconds.toFixed(1)} s`);
}
