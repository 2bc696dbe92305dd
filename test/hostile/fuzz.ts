import { seededRandom } from '../emulators/faults.ts';
import { mutated, one } from './mutate.ts';
import type { Target } from './targets/target.ts';

/** Longest time for one input. Generous, because other work shares the cores; a search without end takes far longer. */
const MAX_MS = 50;
/** So much more for a long input: a tenth of what the slowest parser here needs. */
const MS_PER_KIB = 4;
/** Characters of a sentence for a person; keys, bucket names and ids stand in some of them. */
const MAX_SENTENCE = 4 * 1024;
/** What a result may have besides what it took from its input. */
const BASE_OUTPUT = 8 * 1024;

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  /** Ends it earlier, in milliseconds. */
  readonly within?: number;
}

/** What a run of mutations came to. */
export interface FuzzReport {
  readonly runs: number;
  /** Inputs that were taken, and refused, although or because they were changed. */
  readonly taken: number;
  readonly refused: number;
  readonly slowestMs: number;
}

/**
 * Gives every parser its own share of changed inputs.
 *
 * @throws Error that names the seed and the very input, in Base64.
 */
export async function fuzz(
  targets: readonly Target[],
  { seed, runs, within = Infinity }: FuzzOptions,
): Promise<FuzzReport> {
  const until = performance.now() + within;
  const report = { runs: 0, taken: 0, refused: 0, slowestMs: 0 };
  const untouched = shapeOfPrototypes();
  for (; report.runs < runs && performance.now() < until; report.runs += 1) {
    const target = targets[report.runs % targets.length];
    if (target === undefined) break;
    // Of its own for every run, so that one can be repeated without those before it.
    const random = seededRandom(seed * 1_000_003 + report.runs);
    const name = one([...target.inputs.keys()], random);
    const bytes = mutated(target.inputs.get(name) ?? Buffer.of(), random);
    try {
      const { ms, refused } = await judge(target, name, bytes);
      report[refused ? 'refused' : 'taken'] += 1;
      report.slowestMs = Math.max(report.slowestMs, ms);
      if (shapeOfPrototypes() !== untouched) throw new Error('a prototype was changed');
    } catch (error) {
      throw replayable(error, `${target.name}, ${name}`, `seed ${seed}, run ${report.runs}`, bytes);
    }
  }
  return report;
}

function replayable(error: unknown, what: string, which: string, bytes: Buffer): Error {
  const problem = error instanceof Error ? error.message : String(error);
  return new Error(`${what}: ${problem}\n${which}\n${bytes.toString('base64')}`, { cause: error });
}

/** Requires of one input that it is parsed or refused, soon, and makes nothing large. */
export async function judge(target: Target, name: string, bytes: Buffer): Promise<{ ms: number; refused: boolean }> {
  const limitMs = (target.mostMs ?? MAX_MS) + (bytes.byteLength / 1024) * MS_PER_KIB;
  let [ms, outcome] = await timed(target, name, bytes);
  // The core may have been busy with others: what is slow for its own reasons is slow every time.
  for (let tries = 0; ms > limitMs && tries < 3; tries += 1) {
    const [again] = await timed(target, name, bytes);
    ms = Math.min(ms, again);
  }
  if (ms > limitMs) throw new Error(`it took ${Math.round(ms)} ms for ${bytes.byteLength} bytes`);
  if ('error' in outcome) {
    if (!target.refuses(outcome.error)) throw outcome.error;
    if (String(outcome.error).length > MAX_SENTENCE) throw new Error('the sentence of the refusal is far too long');
    return { ms, refused: true };
  }
  const size = JSON.stringify(outcome.result)?.length ?? 0;
  const most = BASE_OUTPUT + (target.growth ?? 4) * bytes.byteLength;
  if (size > most) throw new Error(`${bytes.byteLength} bytes became ${size} characters`);
  return { ms, refused: false };
}

type Outcome = { readonly result: unknown } | { readonly error: unknown };

async function timed({ parse }: Target, name: string, bytes: Buffer): Promise<[ms: number, Outcome]> {
  const started = performance.now();
  const outcome = await attempt(() => parse(bytes, name));
  return [performance.now() - started, outcome];
}

async function attempt(parse: () => unknown): Promise<Outcome> {
  try {
    return { result: await parse() };
  } catch (error) {
    return { error };
  }
}

/** The names that everything inherits: none may come or go. */
function shapeOfPrototypes(): string {
  return [Object.prototype, Array.prototype, String.prototype, Function.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join('\n');
}
