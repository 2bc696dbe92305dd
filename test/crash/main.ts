import { parseArgs } from 'node:util';
import { EMULATED } from '../emulators/catalogue.ts';
import { crashLoop } from './crash-loop.ts';

const USAGE = `npm run crash -- [--kills N] [--seed N] [--provider NAME] [--verbose]

  --kills N         how often the copy is killed; default 50
  --seed N          repeats a run; default: a new one
  --provider NAME   ${Object.keys(EMULATED).join(', ')}; default: oss and s3
  --verbose         a line for each process
`;

/** More of them say the same. */
const MOST_PROBLEMS = 5;

/** Kills a copy many times, and says what became of it. @returns the exit code: 0 as it should be, 1 not, 2 bad flags. */
async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv);
  if (flags === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { kills, seed, providers, verbose } = flags;
  let failed = false;
  for (const provider of providers) {
    const started = performance.now();
    const onRun = verbose ? (line: string) => process.stderr.write(`${line}\n`) : undefined;
    const report = await crashLoop({ provider, seed, kills, parts: 120, latencyMs: 20, onRun });
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(
      `${provider}, seed ${seed}: ${report.kills} kills in ${report.runs} runs, ${report.copies} copies, ${report.uploads} uploads with parts; ${report.partsCopied} parts copied, ${report.copiedAgain} of them again; ${seconds} s\n`,
    );
    for (const problem of report.problems.slice(0, MOST_PROBLEMS)) process.stdout.write(`  ${problem}\n`);
    failed ||= report.problems.length > 0 || report.kills < kills;
  }
  process.stdout.write(
    failed ? `failed: npm run crash -- --kills ${kills} --seed ${seed} repeats it\n` : 'as it should be\n',
  );
  return failed ? 1 : 0;
}

function readFlags(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        kills: { type: 'string', default: '50' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        provider: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    const [kills, seed] = [Number(values.kills), Number(values.seed)];
    const providers = values.provider === undefined ? ['oss', 's3'] : [values.provider];
    const right = [kills, seed].every(Number.isSafeInteger) && kills > 0 && providers.every((name) => name in EMULATED);
    return right ? { kills, seed, providers, verbose: values.verbose } : undefined;
  } catch {
    return undefined;
  }
}

process.exitCode = await main(process.argv.slice(2));
