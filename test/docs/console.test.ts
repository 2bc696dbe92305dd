import { messageOf } from '@objectferry/shared/cause.ts';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyDefinition } from '#infra/local/definition.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import { createLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts';
import { EMULATED, type Emulator, storeFor } from '../emulators/catalogue.ts';
import { seededBytes } from '../world.ts';
import { blocksOf, printedPattern, readDocument } from './markdown.ts';

const MIB = 1024 * 1024;
const document = await readDocument('docs/console.md');
const samples = blocksOf(document)
  .filter(({ language }) => language === 'json')
  .map(({ text }) => text);
const PLACES = [
  ['hz', 'oss', ['raw', 'archive']],
  ['north', 'obs', ['films-raw', 'films-archive']],
  ['ireland', 's3', ['genomes-new', 'genomes-archive']],
] as const;

let local: LocalRuntime;
const emulators = new Map<string, Emulator>();
let [version, etag] = ['', ''];

beforeAll(async () => {
  const stores: Record<string, object> = {};
  const env: Record<string, string> = { OBJECTFERRY_KEYS_FILMS: seededBytes(32).toString('base64') };
  for (const [store, name, names] of PLACES) {
    const provider = EMULATED[name];
    if (provider === undefined) throw new Error(`no provider ${name}`);
    const buckets = names.map((bucket) => ({ name: bucket, versioning: 'enabled' as const }));
    const emulator = await provider.start({ buckets });
    emulators.set(store, emulator);
    stores[store] = { ...storeFor(name, provider, emulator), buckets: [...names] };
    env[`${name.toUpperCase()}_ACCESS_KEY_ID`] = emulator.accounts[0]?.accessKeyId ?? '';
    env[`${name.toUpperCase()}_SECRET_ACCESS_KEY`] = emulator.accounts[0]?.secretAccessKey ?? '';
  }
  local = createLocalRuntime({ stores: parseStores({ stores }), env, observe: () => undefined });
  const hz = modelOf('hz');
  version = hz.putObject('raw', 'films/a.mov', seededBytes(3 * MIB)).versionId;
  etag = `"${hz.putObject('raw', 'films/a.mov', seededBytes(2 * MIB, 2)).etag.replaceAll('"', '')}"`;
  hz.putObject('raw', 'films/100% a?.mov', seededBytes(10));
  modelOf('north').putObject('films-raw', 'a.mov', seededBytes(10));
  modelOf('ireland').putObject('genomes-new', 'x.bam', seededBytes(10));
});
afterAll(async () => {
  await local.close();
  for (const emulator of emulators.values()) await emulator.close();
});

function modelOf(store: string): Emulator['model'] {
  const emulator = emulators.get(store);
  if (emulator === undefined) throw new Error(`no store ${store}`);
  return emulator.model;
}

function execute(request: unknown) {
  return runCopy({ request, runtime: local.runtime, retryIntervalMs: 1 });
}

describe('docs/console.md', () => {
  it('has samples', () => expect(samples.length).toBeGreaterThan(8));

  it.each(samples)('%s', async (sample) => {
    // The pinned ETag is that of the current version, and the restored one would be another.
    const current = modelOf('hz').getObject('raw', 'films/a.mov')?.etag.replaceAll('"', '') ?? '';
    const text = sample.replace('VERSION_ID', version).replace('ETAG', current || etag);
    const result = await execute(JSON.parse(text));
    if (result.status === 'FAILED') return expect.fail(`${result.error}: ${result.cause}`);
    const receipt = parse(Receipt, result.output, 'The receipt');
    const { store, bucket, key } = receipt.destination;
    expect(modelOf(store).getObject(bucket, key)?.content.size).toBe(receipt.size);
    if (text.includes(version)) expect(receipt.size).toBe(3 * MIB);
  });

  const rows = [...document.matchAll(/^\| `(["{].*)` \| `(\w+)` \| (.*) \|$/gm)].map(([, ...cells]) => cells);
  it('shows bad inputs', () => expect(rows.length).toBe(6));

  it.each(rows)('a bad input: %s', async (input = '', name = '', cause = '') => {
    const result = await execute(JSON.parse(input));
    if (result.status !== 'FAILED') return expect.fail('it succeeded');
    expect(result.error).toBe(name);
    expect(messageOf(result.cause)).toMatch(printedPattern(cause));
  });

  it('explains every state of the machine', () => {
    const shown = [...document.matchAll(/^\| `([^`{"]+)` \|/gm)].map(([, name]) => name);
    const { States } = copyDefinition();
    const names = Object.keys(States).filter((name) => !name.endsWith(' (keep)'));
    expect(shown.toSorted()).toEqual(names.toSorted());
  });
});
