import { describe, expect, it } from 'vitest';
import { startEmulated } from '../emulated-world.ts';
import { EMULATED } from '../emulators/catalogue.ts';
import { startS3Emulator } from '../emulators/s3/emulator.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const OBS_KEY = 'cn-north-4:0123456789abcdef0123456789abcdef:key/8f5dd1c3-1c1d-4d5e-9a4e-3f9be5d6b1a2';
const AWS_KEY = 'arn:aws:kms:us-east-1:123456789012:key/5a1f6b62-5c0d-4b1b-8a57-3d3c36a0c1aa';

const PROVIDERS = [
  { provider: 'obs', store: {}, fact: 'OBS-8', algorithm: 'kms', keyId: OBS_KEY },
  { provider: 'obs', store: { dialect: 'amz', signature: 'v4' }, fact: 'OBS-8', algorithm: 'aws:kms', keyId: OBS_KEY },
  { provider: 's3', store: {}, fact: 'S3', algorithm: 'aws:kms', keyId: AWS_KEY },
];

describe.each(PROVIDERS)('keys of $provider $store', ({ provider: name, store, fact, algorithm, keyId }) => {
  const provider = EMULATED[name];
  if (provider === undefined) throw new Error(`${name} is not emulated`);
  const bytes = seededBytes(2 * provider.partSizeMiB * MIB + 7);
  const start = async () => {
    const emulator = await provider.start({ buckets: provider.buckets });
    emulator.model.putObject(provider.buckets[0], 'key', bytes);
    return startEmulated(name, emulator, { stores: { [name]: store } });
  };
  const strategies: readonly (readonly [string, object])[] = [
    ['whole', {}],
    ['parts', { partSizeMiB: provider.partSizeMiB }],
  ];

  it.each(strategies)(`${fact} algorithm and key id stand in the receipt (%s)`, async (strategy, more) => {
    await using world = await start();
    const receipt = await world.copied({ encryption: { kind: 'kms', keyId }, ...more });
    expect(receipt.strategy).toBe(strategy);
    expect(receipt.destination.encryption).toEqual({ algorithm, keyId });
    expect(world.written()?.equals(bytes)).toBe(true);
  });

  it.each(strategies)(
    `${fact} a key that is named by its id alone is the same key, and its full name is reported (%s)`,
    async (strategy, more) => {
      await using world = await start();
      const id = '5a1f6b62-5c0d-4b1b-8a57-3d3c36a0c1aa';
      const receipt = await world.copied({ encryption: { kind: 'kms', keyId: id }, ...more });
      expect(receipt.strategy).toBe(strategy);
      expect(receipt.destination.encryption?.keyId).toMatch(new RegExp(`^(arn:aws:kms:|cn-north-4:).+:key/${id}$`));
      expect(world.written()?.equals(bytes)).toBe(true);
    },
  );

  it.each(strategies)(`${fact} the provider's own key is named, too (%s)`, async (_, more) => {
    await using world = await start();
    const { destination } = await world.copied({ encryption: { kind: 'kms' }, ...more });
    expect(destination.encryption?.algorithm).toBe(algorithm);
    expect(destination.encryption?.keyId).toMatch(/key\//);
  });
});

it.each(['alias/films', 'arn:aws:kms:us-east-1:123456789012:alias/films'])(
  'S3 the key behind %s is reported, whose name nobody can compare with that of the alias',
  async (keyId) => {
    const emulator = await startS3Emulator({ buckets: ['raw', 'archive'] });
    emulator.model.putObject('raw', 'key', Buffer.from('content'));
    await using world = startEmulated('s3', emulator);
    const { destination } = await world.copied({ encryption: { kind: 'kms', keyId } });
    expect(destination.encryption?.keyId).toMatch(/^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]{36}$/);
  },
);
