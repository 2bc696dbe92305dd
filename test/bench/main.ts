import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { compareMachine, compareSigning, compareSpans } from './comparisons.ts';
import type { Section, Settings } from './section.ts';
import { table } from './table.ts';

const FULL: Settings = { runs: 5, spanParts: 1000, machineParts: 10_000, signatures: 50_000, profileDir: undefined };
const QUICK: Settings = { runs: 3, spanParts: 512, machineParts: 1000, signatures: 10_000, profileDir: undefined };

const USAGE = `npm run bench -- [--quick] [--json] [--profile DIR]

  --quick        fewer parts and runs, under a minute
  --json         every run as JSON instead of tables
  --profile DIR  leave a CPU profile of every process in DIR; the numbers are worth nothing then`;

const HOW_TO_READ =
  'How to read it: numbers are medians; a "÷" column is our number through the other one, the median of the ratios ' +
  'within each run with their range, so below 1 we are cheaper, and only ratios can be compared between machines.';

/** What the numbers depend on. */
function machineFacts() {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** Measures and prints. Returns the exit code: 0, 1 when a run failed, 2 for a mistake in the flags. */
export async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv);
  if (flags === undefined) {
    console.error(USAGE);
    return 2;
  }
  const facts = machineFacts();
  const settings = { ...(flags.quick ? QUICK : FULL), profileDir: flags.profile };
  const tell = flags.json ? () => undefined : (text: string) => console.log(`${text}\n`);
  const started = performance.now();
  const { cores, cpu, memoryGiB, node, platform, loadBefore } = facts;
  tell(`${cores} cores (${cpu}), ${memoryGiB} GiB, ${platform}, Node ${node}, load ${loadBefore.toFixed(2)}`);
  tell(`${settings.runs} runs, each client in a process of its own, loopback only`);
  const sections: Section[] = [];
  try {
    for (const compare of [compareSpans, compareMachine, compareSigning]) {
      const section = await compare(settings);
      sections.push(section);
      tell(table(section));
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  const seconds = (performance.now() - started) / 1000;
  if (flags.json) console.log(JSON.stringify({ machine: facts, settings, seconds, sections }, undefined, 2));
  tell(`${HOW_TO_READ} Took ${seconds.toFixed(0)} s.`);
  return 0;
}

function readFlags(argv: readonly string[]) {
  try {
    const {
      quick = false,
      json = false,
      profile,
    } = parseArgs({
      args: [...argv],
      options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, profile: { type: 'string' } },
    }).values;
    return { quick, json, profile };
  } catch {
    return undefined;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
