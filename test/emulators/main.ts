import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { EMULATED, type EmulatedProvider, storeFor } from './catalogue.ts';
import { type FaultPlan, noFaults } from './fault-plan.ts';
import { FaultPlanError, parseFaultPlan } from './fault-plan-parser.ts';
import type { S3Quirks } from './s3/context.ts';
import { startS3Emulator } from './s3/emulator.ts';
import { parseS3Quirks, QuirksError } from './s3/quirks-parser.ts';

/** What is printed about one emulator: enough to point a client at it. */
interface Serving {
  readonly store: string;
  readonly provider: string;
  readonly region: string;
  readonly endpoint: string;
  readonly virtualHostEndpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly buckets: readonly string[];
  readonly sample: string;
  /** Its line of a stores file. */
  readonly line: string;
  readonly close: () => Promise<void>;
}

interface StartOptions {
  readonly port: number;
  readonly faults: FaultPlan;
}

class UsageError extends Error {}

const usage = `Usage: objectferry emulators [--json] [--faults FILE] [--s3-quirks FILE|JSON] [--port-base N]

Serves the provider emulators on loopback until Ctrl-C and prints their endpoints, keys and a stores file.

  --json         print one JSON line
  --faults FILE  misbehave as the fault plan in this JSON file says
  --s3-quirks FILE|JSON
                 the store s3 is not Amazon's, but one with these habits, for example {"completeEtag":"empty"}
  --port-base N  listen on this port and the next ones, not on free ones`;

const sampleKey = 'sample.bin';
const sampleBytes = 300 * 2 ** 20;
const sampleSeed = 20_240_305;
const lastPort = 65_535;
const providers = Object.entries(EMULATED);

async function serve(name: string, provider: EmulatedProvider, options: StartOptions): Promise<Serving> {
  const { buckets } = provider;
  const emulator = await provider.start({ ...options, buckets });
  emulator.model.putVirtualObject(buckets[0], sampleKey, sampleBytes, sampleSeed);
  const [account] = emulator.accounts;
  return {
    store: name,
    provider: name,
    region: emulator.region,
    endpoint: emulator.endpoint,
    virtualHostEndpoint: emulator.virtualHostEndpoint,
    accessKeyId: account?.accessKeyId ?? '',
    secretAccessKey: account?.secretAccessKey ?? '',
    buckets,
    sample: `${name}://${buckets[0]}/${sampleKey}`,
    line: `  ${name}: ${flow(storeFor(name, provider, emulator))}`,
    close: () => emulator.close(),
  };
}

/** YAML on one line, which JSON is too; keys without quotes read better. */
function flow(value: object): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function storesFile(servings: readonly Serving[]): string {
  return `stores:\n${servings.map(({ line }) => line).join('\n')}\n`;
}

function exportLines(servings: readonly Serving[]): string {
  return servings
    .map(({ store, accessKeyId, secretAccessKey }) => {
      const name = store.toUpperCase();
      return `export ${name}_ACCESS_KEY_ID=${accessKeyId} ${name}_SECRET_ACCESS_KEY=${secretAccessKey}`;
    })
    .join('\n');
}

function forPeople(servings: readonly Serving[]): string {
  const lines = servings.map(
    ({ provider, endpoint, virtualHostEndpoint, accessKeyId, secretAccessKey, buckets, sample }) =>
      `${provider}: ${endpoint} (path style), ${virtualHostEndpoint} (virtual hosts)\n` +
      `  access key ${accessKeyId}, secret ${secretAccessKey}\n` +
      `  buckets ${buckets.join(', ')}; ${sample} holds 300 MiB`,
  );
  return [
    ...lines,
    '',
    'A stores file for these:',
    '',
    storesFile(servings),
    'And the keys that it names:',
    '',
    exportLines(servings),
    '',
    'Press Ctrl-C to stop.',
  ].join('\n');
}

function forPrograms(servings: readonly Serving[]): string {
  return JSON.stringify({
    emulators: servings.map(({ close: _close, line: _line, ...facts }) => facts),
    stores: storesFile(servings),
    environment: Object.fromEntries(
      servings.flatMap(({ store, accessKeyId, secretAccessKey }) => [
        [`${store.toUpperCase()}_ACCESS_KEY_ID`, accessKeyId],
        [`${store.toUpperCase()}_SECRET_ACCESS_KEY`, secretAccessKey],
      ]),
    ),
  });
}

async function readFaults(file: string | undefined): Promise<FaultPlan> {
  if (file === undefined) {
    return noFaults;
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new UsageError(`The fault file ${file} cannot be read.`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UsageError(`The fault file ${file} is not JSON.`);
  }
  return parseFaultPlan(parsed);
}

/** The text itself where it is an object, else that of the file it names. */
async function readS3Quirks(text: string | undefined): Promise<Partial<S3Quirks>> {
  if (text === undefined) {
    return {};
  }
  if (text.trimStart().startsWith('{')) {
    return parseS3Quirks(text);
  }
  try {
    return parseS3Quirks(await readFile(text, 'utf8'));
  } catch (error) {
    if (error instanceof QuirksError) {
      throw error;
    }
    throw new UsageError(`The file of S3 quirks ${text} cannot be read.`);
  }
}

function withQuirks(provider: EmulatedProvider, quirks: Partial<S3Quirks>): EmulatedProvider {
  return { ...provider, start: (options) => startS3Emulator({ ...options, quirks }) };
}

function readPort(text: string | undefined): number | undefined {
  const port = Number(text);
  if (text !== undefined && (!/^\d+$/.test(text) || port < 1 || port + providers.length - 1 > lastPort)) {
    throw new UsageError(`--port-base must be a port number between 1 and ${lastPort - providers.length + 1}.`);
  }
  return text === undefined ? undefined : port;
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        faults: { type: 'string' },
        's3-quirks': { type: 'string' },
        'port-base': { type: 'string' },
      },
    }).values;
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(
      `${first.replace(/\.$/, '')}; the flags are --json, --faults FILE, --s3-quirks FILE|JSON and --port-base N.`,
    );
  }
}

async function start(flags: ReturnType<typeof readFlags>): Promise<readonly Serving[]> {
  const base = readPort(flags['port-base']);
  const faults = await readFaults(flags.faults);
  const quirks = await readS3Quirks(flags['s3-quirks']);
  const servings: Serving[] = [];
  for (const [index, [name, usual]] of providers.entries()) {
    const provider = name === 's3' ? withQuirks(usual, quirks) : usual;
    try {
      servings.push(await serve(name, provider, { port: base === undefined ? 0 : base + index, faults }));
    } catch (error) {
      await Promise.all(servings.map((serving) => serving.close()));
      const reason = error instanceof Error ? error.message : String(error);
      throw new UsageError(`The emulators cannot listen there: ${reason}.`);
    }
  }
  return servings;
}

function asked(): Promise<void> {
  return new Promise((resolve) => {
    // Not once: the same request to stop may come twice, to the process and to its group.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

/** Runs the emulators until a signal asks to stop. Returns the exit code: 0, or 2 for a mistake in flags or faults. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const flags = readFlags(argv);
    if (flags.help === true) {
      console.log(usage);
      return 0;
    }
    const servings = await start(flags);
    const stopped = asked();
    console.log(flags.json === true ? forPrograms(servings) : forPeople(servings));
    await stopped;
    await Promise.all(servings.map((serving) => serving.close()));
    return 0;
  } catch (error) {
    if (error instanceof UsageError || error instanceof FaultPlanError || error instanceof QuirksError) {
      console.error(error.message);
      return 2;
    }
    throw error;
  }
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2));
}
