import { describe, expect, it } from 'vitest';
import { startEmulated } from '../../emulated-world.ts';
import { EMULATED } from '../../emulators/catalogue.ts';
import type { FaultRule } from '../../emulators/fault-plan.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(2 * 5 * MIB);
const STRATEGIES = [{}, { partSizeMiB: 5 }];
const TAGS = [
  ['team', 'film'],
  ['year', '2026'],
] as const;

interface Habits {
  /** The store takes tags with a new object and forgets them. */
  readonly forgets?: boolean;
  readonly rules?: readonly FaultRule[];
  /** Fields of the store besides the usual ones. */
  readonly store?: object;
}

async function start({ forgets = false, rules = [], store = {} }: Habits) {
  const emulator = await startS3Emulator({
    buckets: ['raw', 'archive'],
    faults: { seed: 1, rules },
    onRequest: ({ operation }) => {
      const written = emulator.model.getObject('archive', 'copy');
      if (!forgets || written === undefined || operation !== 'HeadObject') return;
      emulator.model.amend('archive', 'copy', written.versionId, { tags: [] });
    },
  });
  emulator.model.putObject('raw', 'key', BYTES, { tags: TAGS });
  return startEmulated('s3', emulator, { stores: { s3: store } });
}

const denied: FaultRule = {
  operation: 'GetObjectTagging',
  fault: { kind: 'status', status: 403, code: 'AccessDenied' },
};

it.each(STRATEGIES)('tags that the store keeps are in the receipt: %j', async (options) => {
  await using world = await start({});
  const { checks } = await world.copied(options);
  expect(checks).toContainEqual({ name: 'tags', result: 'equal', source: '2', destination: '2' });
});

it.each(STRATEGIES)('tags that the store forgets fail the copy: %j', async (options) => {
  await using world = await start({ forgets: true });
  const { name, message } = await world.failed(options);
  expect(name).toBe('Unsupported');
  expect(message).toContain('archive/copy was written with 0 tags instead of 2');
  expect(message).toContain('set options.tags to "none"');
});

it.each(STRATEGIES)('tags that nobody may look at are said to be unproven: %j', async (options) => {
  await using world = await start({ forgets: true, rules: [{ ...denied, bucket: 'archive' }] });
  const { checks } = await world.copied(options);
  expect(checks).toContainEqual({ name: 'tags', result: 'unavailable', source: '2' });
});

it.each(STRATEGIES)('no tags are no check: %j', async (options) => {
  await using world = await start({});
  const { checks } = await world.copied({ tags: 'none', ...options });
  expect(checks.map(({ name }) => name)).not.toContain('tags');
});

it.each(STRATEGIES)('an empty list is not believed of a source that has tags: %j', async (options) => {
  const fault = { kind: 'empty-body' } as const;
  await using world = await start({ rules: [{ operation: 'GetObjectTagging', bucket: 'raw', times: 1, fault }] });
  const { checks } = await world.copied(options);
  expect(checks).toContainEqual({ name: 'tags', result: 'equal', source: '2', destination: '2' });
});

describe('HEAD tells no number of tags', () => {
  const asked = ({ emulator }: Awaited<ReturnType<typeof start>>) =>
    emulator.requests.recent.filter(({ operation, bucket }) => operation === 'GetObjectTagging' && bucket === 'raw')
      .length;

  it.each([
    ['s3', 's3:GetObjectTagging'],
    ['oss', 'oss:GetObjectTagging'],
    ['obs', 'obs:object:GetObjectTagging'],
  ])('to a reader of %s who may not know, so the receipt says that they may be lost', async (name, action) => {
    const provider = EMULATED[name] ?? expect.fail(`${name} is not emulated`);
    const [raw, archive] = provider.buckets;
    const account = {
      accessKeyId: 'READER',
      secretAccessKey: 'secret-of-the-reader',
      deniedActions: [{ action, bucket: raw }],
    };
    for (const options of [{}, { partSizeMiB: provider.partSizeMiB }]) {
      const emulator = await provider.start({ accounts: [account], buckets: provider.buckets });
      emulator.model.putObject(raw, 'key', BYTES, { tags: TAGS });
      await using world = startEmulated(name, emulator);
      const { checks, strategy } = await world.copied(options);
      expect(checks).toContainEqual({ name: 'tags', result: 'unavailable' });
      // By one request OBS carries them by itself.
      const carried = strategy === 'whole' && name === 'obs' ? TAGS : [];
      expect(emulator.model.getObject(archive, 'copy')?.tags).toEqual(carried);
      expect(emulator.requests.count('GetObjectTagging')).toBe(1);
    }
  });

  it.each(STRATEGIES)('because there are none, which costs one request: %j', async (options) => {
    await using world = await start({});
    world.emulator.model.putObject('raw', 'key', BYTES);
    const { checks } = await world.copied(options);
    expect(checks.map(({ name }) => name)).not.toContain('tags');
    expect(asked(world)).toBe(1);
  });

  it.each(STRATEGIES)('to anybody, and they are carried all the same: %j', async (options) => {
    const emulator = await startS3Emulator({
      buckets: ['raw', 'archive'],
      // There for the one request only that asks for them.
      onRequest: ({ operation }) => {
        const { versionId } = emulator.model.getObject('raw', 'key') ?? {};
        if (operation !== 'GetObjectTagging' || versionId === undefined) return;
        emulator.model.amend('raw', 'key', versionId, { tags: TAGS });
      },
    });
    emulator.model.putObject('raw', 'key', BYTES);
    await using world = startEmulated('s3', emulator);
    const { checks } = await world.copied(options);
    expect(checks).toContainEqual({ name: 'tags', result: 'equal', source: '2', destination: '2' });
    expect(asked(world)).toBe(1);
  });

  it.each([
    ['the copy is to have none', { tags: 'none' }, {}],
    ['the copy is to have its own', { tags: { team: 'film' } }, {}],
    ['the store has none', {}, { quirks: { tags: false } }],
  ])('and is not asked when %s', async (_, options, store) => {
    await using world = await start({ store });
    world.emulator.model.putObject('raw', 'key', BYTES);
    await world.copied(options);
    expect(asked(world)).toBe(0);
  });

  it.each(STRATEGIES)('and a failure of the provider is no refusal, but worth another try: %j', async (options) => {
    const fault = { kind: 'status', status: 503, code: 'SlowDown' } as const;
    await using world = await start({ rules: [{ operation: 'GetObjectTagging', times: 2, fault }] });
    world.emulator.model.putObject('raw', 'key', BYTES);
    const { checks } = await world.copied(options);
    expect(checks.map(({ name }) => name)).not.toContain('tags');
    expect(asked(world)).toBe(3);
  });
});
