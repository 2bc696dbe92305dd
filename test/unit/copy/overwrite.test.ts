import { describe, expect, it } from 'vitest';
import { type EmulatedOptions, startEmulated } from '../../emulated-world.ts';
import { EMULATED } from '../../emulators/catalogue.ts';
import type { FaultRule } from '../../emulators/fault-plan.ts';
import { type S3EmulatorOptions, startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(2 * 5 * MIB + 7);
const RACER = Buffer.from('somebody was faster');
const NEVER = { overwrite: 'never' };
const STRATEGIES: readonly (readonly [operation: string, object])[] = [
  ['CopyObject', {}],
  ['CompleteMultipartUpload', { partSizeMiB: 5 }],
];

/** A destination that appears right before the given operation, when the copy has looked already. */
async function race(
  operation: string,
  rules: readonly FaultRule[] = [],
  options: EmulatedOptions & Pick<S3EmulatorOptions, 'quirks'> = {},
) {
  let raced = false;
  const { quirks = {}, ...world } = options;
  const emulator = await startS3Emulator({
    buckets: ['raw', 'archive'],
    faults: { seed: 1, rules },
    quirks,
    onRequest: (target) => {
      if (raced || target.operation !== operation) return;
      raced = true;
      emulator.model.putObject('archive', 'copy', RACER);
    },
  });
  emulator.model.putObject('raw', 'key', BYTES);
  return startEmulated('s3', emulator, world);
}

describe('overwrite: never', () => {
  it.each(STRATEGIES)('S3 refuses %s itself when the destination appears after the look', async (operation, more) => {
    await using world = await race(operation);
    expect(await world.failed({ ...NEVER, ...more })).toMatchObject({ name: 'DestinationExists' });
    expect(world.written()).toEqual(RACER);
    expect(world.openUploads()).toBe(0);
    const sent = world.emulator.requests.recent.filter((request) => request.operation === operation);
    expect(sent.map(({ status, headers }) => [status, headers.get('if-none-match')])).toEqual([[412, '*']]);
  });

  it.each(STRATEGIES)(
    'S3 409 of %s for a write under way is tried again, and then refused',
    async (operation, more) => {
      const fault = { kind: 'status', status: 409, code: 'ConditionalRequestConflict' } as const;
      await using world = await race(operation, [{ operation, times: 1, fault }]);
      expect(await world.failed({ ...NEVER, ...more })).toMatchObject({ name: 'DestinationExists' });
      expect(world.written()).toEqual(RACER);
      expect(world.openUploads()).toBe(0);
    },
  );

  it.each(STRATEGIES)(
    'a lost answer of %s is no reason to take our own object for another one',
    async (operation, more) => {
      await using world = await race('none', [{ operation, times: 1, fault: { kind: 'lost-answer' } }]);
      const receipt = await world.copied({ ...NEVER, ...more });
      expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'crc64nvme', result: 'equal' }));
      expect(world.written()?.equals(BYTES)).toBe(true);
    },
  );

  it('S3 tells a source that changed from a destination that is there', async () => {
    const emulator = await startS3Emulator({
      buckets: ['raw', 'archive'],
      onRequest: ({ operation }) => {
        if (operation === 'CopyObject') emulator.model.putObject('raw', 'key', RACER);
      },
    });
    emulator.model.putObject('raw', 'key', BYTES);
    await using world = startEmulated('s3', emulator, {});
    expect(await world.failed(NEVER)).toMatchObject({ name: 'SourceChanged' });
    expect(world.written()).toBeUndefined();
  });

  it('a store that takes no condition with CopyObject is sent none', async () => {
    const stores = { s3: { quirks: { forbidOverwriteByCopy: false } } };
    await using world = await race('none', [], { stores });
    await world.copied(NEVER);
    const [sent] = world.emulator.requests.recent.filter(({ operation }) => operation === 'CopyObject');
    expect(sent?.headers.has('if-none-match')).toBe(false);
    expect(await world.failed(NEVER)).toMatchObject({ name: 'DestinationExists' });
  });

  it.each(STRATEGIES)(
    'a provider that cannot refuse is not asked a second time when the destination has appeared (%s)',
    async (operation, more) => {
      const fault = { kind: 'status', status: 503, code: 'ServiceUnavailable' } as const;
      const stores = { s3: { quirks: { forbidOverwrite: false } } };
      await using world = await race(operation, [{ operation, times: 1, fault }], { stores });
      expect(await world.failed({ ...NEVER, ...more })).toMatchObject({ name: 'DestinationExists' });
      expect(world.written()).toEqual(RACER);
      expect(world.openUploads()).toBe(0);
    },
  );
});

describe('credentials that may not look at the destination', () => {
  const denied = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
  const blind: readonly FaultRule[] = [{ operation: 'HeadObject', bucket: 'archive', fault: denied }];

  it.each(STRATEGIES)(
    'copy where overwriting is allowed, and nothing is claimed of the object (%s)',
    async (_, more) => {
      await using world = await race('none', blind);
      const { checks } = await world.copied(more);
      expect(checks).toContainEqual({ name: 'size', result: 'unavailable', source: String(BYTES.length) });
      expect(checks).toContainEqual(expect.objectContaining({ name: 'crc64nvme', result: 'equal' }));
      expect(world.written()?.equals(BYTES)).toBe(true);
    },
  );

  it.each(STRATEGIES)('leave overwrite: never to a provider that refuses itself (%s)', async (operation, more) => {
    await using world = await race('none', blind);
    await world.copied({ ...NEVER, ...more });
    expect(world.written()?.equals(BYTES)).toBe(true);
    await using occupied = await race(operation, blind);
    expect(await occupied.failed({ ...NEVER, ...more })).toMatchObject({ name: 'DestinationExists' });
    expect(occupied.written()).toEqual(RACER);
  });

  it('copy again with overwrite: ifDifferent, because nothing can be compared', async () => {
    await using world = await race('none', blind);
    await world.copied({ overwrite: 'ifDifferent' });
    expect((await world.copied({ overwrite: 'ifDifferent' })).strategy).toBe('whole');
  });

  it.each(STRATEGIES)('are refused overwrite: never where only a look protects the object (%s)', async (_, more) => {
    const { obs } = EMULATED;
    if (obs === undefined) return expect.fail('OBS is not emulated');
    const emulator = await obs.start({ buckets: obs.buckets, faults: { seed: 1, rules: blind } });
    emulator.model.putObject('raw', 'key', BYTES);
    await using world = startEmulated('obs', emulator);
    const { name, message } = await world.failed({ ...NEVER, ...more });
    expect(name).toBe('AccessDenied');
    expect(message).toContain(
      'the destination has to be looked at first: allow the credentials to read it and to list its bucket',
    );
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
  });
});

describe('an unclear write that cannot be looked at', () => {
  it.each(STRATEGIES)('says which permission would have told: %s', async (operation, more) => {
    const rules: readonly FaultRule[] = [
      { operation, times: 1, fault: { kind: 'lost-answer' } },
      { operation: 'HeadObject', bucket: 'archive', fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
    ];
    await using world = await race('none', rules, { quirks: { completeTwice: 'no-such-upload' } });
    const { message } = await world.failed({ ...NEVER, ...more });
    expect(message).toContain('the destination could not be looked at');
    expect(message).toContain('allow the credentials to read it and to list its bucket');
  });
});

describe('overwrite: never before an object under a customer key', () => {
  const env = { ONE: seededBytes(32, 31).toString('base64'), TWO: seededBytes(32, 32).toString('base64') };
  const under = (keySecret: string) => ({ encryption: { kind: 'customer', keySecret } });
  it.each(['obs', 'qingstor', 's3'])('is refused on %s, under whatever key the copy is', async (name) => {
    const provider = EMULATED[name];
    if (provider === undefined) return expect.fail(`${name} is not emulated`);
    const emulator = await provider.start({ buckets: provider.buckets });
    emulator.model.putObject(provider.buckets[0], 'key', BYTES);
    await using world = startEmulated(name, emulator, { env });
    await world.copied(under('one'));
    const before = world.written() ?? expect.fail('nothing was written');
    emulator.model.putObject(provider.buckets[0], 'key', RACER);
    for (const options of [{}, under('one'), under('two')]) {
      // A wrong key is refused as wrong credentials are: only a provider that refuses to overwrite says more.
      const unknown = name !== 's3' && JSON.stringify(options) === JSON.stringify(under('two'));
      const expected = unknown ? 'AccessDenied' : 'DestinationExists';
      expect(await world.failed({ ...NEVER, ...options }), JSON.stringify(options)).toMatchObject({ name: expected });
      // Element by element, as toEqual compares, ten million bytes take a second.
      expect(world.written()?.equals(before)).toBe(true);
    }
  });
});
