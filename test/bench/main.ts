import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { type Flags, readFlags, USAGE } from './flags.ts';
import { grossRegressions } from './judge.ts';
import { page } from './page.ts';
import { plot } from './plot.ts';
import { machineFacts, Result, versions } from './result.ts';
import { SECTION_NAMES, type Section, type Settings } from './section.ts';
import { MEASUREMENTS, QUICK_SECTIONS } from './sections/all.ts';
import { table } from './table.ts';

type Size = Omit<Settings, 'profileDir'>;

const FULL: Size = {
  quick: false,
  runs: 3,
  handlerParts: 10_000,
  machineParts: 10_000,
  signatures: 50_000,
  coldLoads: 15,
  smallObjects: 1000,
  largeObjects: 200,
};
const QUICK: Size = {
  quick: true,
  runs: 3,
  handlerParts: 1040,
  machineParts: 1040,
  signatures: 10_000,
  coldLoads: 5,
  smallObjects: 100,
  largeObjects: 10,
};

const DOCS = fileURLToPath(import.meta.resolve('../../docs/'));

const HOW_TO_READ =
  'How to read it: numbers are medians; a "÷" column is our number through the other one, the median of the ratios ' +
  'within each run with their range, so below 1 we are cheaper, and only ratios can be compared between machines.';

/** Measures, prints, and writes the page. Returns the exit code: 0, 1 for a failure or a gross regression, 2 for a mistake in the flags. */
export async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv);
  if (flags === undefined) {
    console.error(USAGE);
    return 2;
  }
  try {
    if (flags.from !== undefined) {
      await writePage(v.parse(Result, JSON.parse(await readFile(flags.from, 'utf8'))));
      return 0;
    }
    return await measure(flags);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function measure(flags: Flags): Promise<number> {
  const { quick, json, only, profile } = flags;
  const tell = json ? () => undefined : (text: string) => console.log(`${text}\n`);
  const result = await run(flags, tell);
  if (json) console.log(JSON.stringify(result, undefined, 2));
  tell(`${HOW_TO_READ} Took ${result.seconds.toFixed(0)} s.`);
  if (!quick && only === undefined && profile === undefined) await writePage(result);
  const regressions = quick ? grossRegressions(result) : [];
  for (const sentence of regressions) console.error(sentence);
  return regressions.length === 0 ? 0 : 1;
}

async function run({ quick, only, profile }: Flags, tell: (text: string) => void): Promise<Result> {
  const size = quick ? QUICK : FULL;
  const settings = { ...size, profileDir: profile };
  const machine = machineFacts();
  const started = performance.now();
  const { cores, cpu, memoryGiB, node, platform, loadBefore } = machine;
  tell(`${cores} cores (${cpu}), ${memoryGiB} GiB, ${platform}, Node ${node}, load ${loadBefore.toFixed(2)}`);
  tell(`${size.runs} runs after one that is thrown away, each client in a process of its own, loopback only`);
  const sections: Section[] = [];
  for (const name of only === undefined ? (quick ? QUICK_SECTIONS : SECTION_NAMES) : [only]) {
    const section = await MEASUREMENTS[name](settings);
    sections.push(section);
    tell(`${sections.length}. ${table(section)}`);
  }
  const seconds = (performance.now() - started) / 1000;
  const date = new Date().toISOString().slice(0, 10);
  const facts = { machine, versions: await versions(), date, quick, runs: size.runs, seconds };
  return v.parse(Result, { ...facts, sections });
}

async function writePage(result: Result): Promise<void> {
  await writeFile(`${DOCS}benchmarks.md`, page(result));
  await writeFile(`${DOCS}benchmarks.svg`, plot(result));
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
