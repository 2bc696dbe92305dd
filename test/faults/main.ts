import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FAMILIES } from './catalogue.ts';
import { documentText } from './document.ts';
import type { Family } from './fault.ts';
import { type PeerTable, peersText, runPeers } from './peers.ts';
import { PROVIDERS, type ProviderName } from './provider.ts';
import { type RunCell, type RunFamily, replayCommand, runTable } from './run.ts';
import { summaryText, tablesText } from './text.ts';

const DOCUMENT = new URL('../../docs/faults.md', import.meta.url);
const DONE = 0;
const FAILED = 1;
const BAD_FLAGS = 2;
const USAGE = 'the flags are --check, --peers, --provider NAME, --fault NAME, --json and --seed N.';

/**
 * Runs the fault table and says what is not as expected.
 *
 * @returns the exit code: 0 every cell as expected, 1 not so or the document is old, 2 bad flags.
 */
export async function main(argv: readonly string[], families: readonly Family[] = FAMILIES): Promise<number> {
  const flags = readFlags(argv);
  if (typeof flags === 'string') return refuse(flags);
  const { seed, provider, fault, check } = flags;
  const tables = await runTable(families, { seed, provider, fault });
  if (tables.every(({ cells }) => cells.length === 0)) return refuse(`No fault is called ${fault}, see docs/faults.md`);
  const whole = provider === undefined && fault === undefined && families === FAMILIES;
  const peers = flags.peers || whole ? await runPeers(seed, provider) : undefined;
  show(tables, flags.peers ? peers : undefined, flags);
  const asExpected = complain(tables, seed);
  const written = whole && peers !== undefined ? await keepDocument(documentText(tables, peers), check) : true;
  return asExpected && written ? DONE : FAILED;
}

function refuse(problem: string): number {
  process.stderr.write(`${problem}; ${USAGE}\n`);
  return BAD_FLAGS;
}

function show(tables: readonly RunFamily[], peers: PeerTable | undefined, { json }: Flags): void {
  const lines = json
    ? tables.flatMap(({ cells }) => cells.map(jsonLine))
    : [tablesText(tables), summaryText(tables), ...(peers === undefined ? [] : ['', peersText(peers)])];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Says what is wrong with each cell, and how to see it again. @returns true when nothing is. */
function complain(tables: readonly RunFamily[], seed: number): boolean {
  const wrong = tables.flatMap(({ cells }) => cells.filter(({ problems }) => problems.length > 0));
  for (const { cell, problems } of wrong) {
    const { spec, position, provider } = cell;
    process.stderr.write(
      `${provider}, ${spec.title}, at ${position}: ${problems.join('; ')}.\n  Again: ${replayCommand(cell, seed)}\n`,
    );
  }
  return wrong.length === 0;
}

/** @returns false when the document differs and must not be written. */
async function keepDocument(text: string, check: boolean): Promise<boolean> {
  const before = await readFile(DOCUMENT, 'utf8').catch(() => '');
  if (text === before) return true;
  if (check) {
    process.stderr.write('docs/faults.md is not what the table shows: run npm run faults and look at what changed.\n');
    return false;
  }
  await writeFile(DOCUMENT, text);
  return true;
}

function jsonLine({ cell, outcome, problems }: RunCell): string {
  const { spec, position, provider, expected, unlike } = cell;
  return JSON.stringify({ fault: spec.name, position, provider, expected, unlike, ...outcome, problems });
}

interface Flags {
  readonly seed: number;
  readonly provider: ProviderName | undefined;
  readonly fault: string | undefined;
  readonly json: boolean;
  readonly check: boolean;
  readonly peers: boolean;
}

function readFlags(argv: readonly string[]): Flags | string {
  try {
    const options = {
      check: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      provider: { type: 'string' },
      fault: { type: 'string' },
      seed: { type: 'string', default: '1' },
    } as const;
    const { values } = parseArgs({ args: [...argv], options, strict: true });
    const provider = PROVIDERS.find((name) => name === values.provider);
    if (values.provider !== undefined && provider === undefined) {
      return `--provider is ${values.provider}: choose one of ${PROVIDERS.join(', ')}`;
    }
    const seed = Number(values.seed);
    if (!Number.isSafeInteger(seed) || seed < 0) return '--seed must be a whole number';
    return { ...values, provider, fault: values.fault, seed };
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    return first.replace(/\.$/, '');
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
