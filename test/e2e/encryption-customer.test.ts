import { CustomerKey } from '@objectferry/shared/credentials.ts';
import { describe, expect, it } from 'vitest';
import { type EmulatedOptions, putInParts, startEmulated } from '../emulated-world.ts';
import { EMULATED } from '../emulators/catalogue.ts';
import { startS3Emulator } from '../emulators/s3/emulator.ts';
import { seededBytes } from '../world.ts';
import { expectNone } from './encryption-notations.ts';

const MIB = 1024 * 1024;
const SOURCE_KEY = seededBytes(32, 11);
const DESTINATION_KEY = seededBytes(32, 12);
const OTHER_KEY = seededBytes(32, 13);
const KEYS = { OBJECTFERRY_SOURCE_KEY: SOURCE_KEY, OBJECTFERRY_DESTINATION_KEY: DESTINATION_KEY, OTHER: OTHER_KEY };
const ENV = Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, key.toString('base64')]));
const FROM = { sourceEncryption: { kind: 'customer', keySecret: 'objectferry/source-key' } };
const TO = { encryption: { kind: 'customer', keySecret: 'objectferry/destination-key' } };

const PROVIDERS = [
  // One request of OBS does not take the encryption away.
  { name: 'obs', facts: 'OBS-6 OBS-7', decrypts: ['parts'] },
  { name: 'qingstor', facts: 'QS-7', decrypts: ['whole', 'parts'] },
  { name: 's3', facts: 'S3', decrypts: ['whole', 'parts'] },
];

const expectNoKeyIn = (text: string): void => expectNone(Object.values(KEYS), text);

describe.each(PROVIDERS)('customer keys on $name', ({ name, facts, decrypts }) => {
  const provider = EMULATED[name];
  if (provider === undefined) throw new Error(`${name} is not emulated`);
  const [from, to] = provider.buckets;
  const partBytes = provider.partSizeMiB * MIB;
  const bytes = seededBytes(partBytes + 7);
  const inParts = { partSizeMiB: provider.partSizeMiB };

  const start = async (env: Readonly<Record<string, string>> = ENV, onEvent?: EmulatedOptions['onEvent']) => {
    const emulator = await provider.start({ buckets: provider.buckets });
    const world = startEmulated(name, emulator, { env, ...(onEvent === undefined ? {} : { onEvent }) });
    const encryption = { kind: 'customer', key: new CustomerKey(SOURCE_KEY) } as const;
    await putInParts(world.client, { bucket: from, key: 'key' }, bytes, partBytes, { encryption });
    const read = async (key: Buffer | undefined): Promise<Buffer> => {
      const customerKey = key === undefined ? undefined : new CustomerKey(key);
      const range = { offset: 0, length: bytes.length };
      return Buffer.from(await world.client.getRange({ object: { bucket: to, key: 'copy' }, range, customerKey }));
    };
    return { ...world, read, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
  };

  it.each([
    ['whole', {}],
    ['parts', inParts],
  ])(
    `${facts} a source under one key is copied under another one (%s), which alone reads it`,
    async (strategy, more) => {
      await using world = await start();
      const receipt = await world.copied({ ...FROM, ...TO, ...more });
      expect(receipt.strategy).toBe(strategy);
      expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'size', result: 'equal' }));
      expect((await world.read(DESTINATION_KEY)).equals(bytes)).toBe(true);
      await expect(world.read(undefined)).rejects.toThrow();
      await expect(world.read(SOURCE_KEY)).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(world.openUploads()).toBe(0);
    },
  );

  it.each([
    ['whole', {}],
    ['parts', inParts],
  ])(`${facts} the receipt says how the destination is encrypted (%s)`, async (_, more) => {
    await using world = await start();
    const { destination } = await world.copied({ ...FROM, ...TO, ...more });
    expect(destination.encryption).toEqual({ algorithm: 'AES256' });
  });

  it.each([
    ['whole', {}],
    ['parts', inParts],
  ])(
    `${facts} a source under a key is copied to a destination without one, or not at all (%s)`,
    async (strategy, more) => {
      await using world = await start();
      if (decrypts.includes(strategy)) {
        const { destination } = await world.copied({ ...FROM, ...more });
        expect(destination.encryption).toBeUndefined();
        expect((await world.read(undefined)).equals(bytes)).toBe(true);
      } else {
        const { name: error, message } = await world.failed({ ...FROM, ...more });
        expect(error).toBe('InvalidRequest');
        expect(message).toContain('cannot be copied to an object that is not encrypted');
        expect(world.written()).toBeUndefined();
      }
      expectNoKeyIn(world.said());
    },
  );

  it.each([
    ['whole', {}],
    ['parts', inParts],
  ])('what is at the destination already may be under any key or none (%s)', async (_, more) => {
    await using world = await start();
    world.emulator.model.putObject(to, 'copy', Buffer.from('plain'));
    await world.copied({ ...FROM, ...TO, ...more });
    await world.copied({ ...FROM, encryption: { kind: 'customer', keySecret: 'other' }, ...more });
    expect((await world.read(OTHER_KEY)).equals(bytes)).toBe(true);
    await world.copied({ ...FROM, ...TO, ...more });
    expect((await world.read(DESTINATION_KEY)).equals(bytes)).toBe(true);
  });

  it.each([
    ['whole', {}],
    ['parts', inParts],
  ])('no key stands in the history, in any input or output, or in an event for the log (%s)', async (_, more) => {
    await using world = await start();
    await world.copied({ ...FROM, ...TO, ...more });
    const said = world.said();
    // What is listened to is really the history: it names the secret, and would show what stands in it.
    expect(said).toContain('objectferry/destination-key');
    expect(said).toContain('StateEntered');
    expectNoKeyIn(said);
  });

  it.each([
    ['whole', {}],
    ['parts', inParts],
  ])('the wrong key of the source fails with a sentence about it, and leaves nothing (%s)', async (_, more) => {
    await using world = await start();
    const wrong = { sourceEncryption: { kind: 'customer', keySecret: 'other' } };
    const { name: error, message } = await world.failed({ ...wrong, ...TO, ...more });
    expect(error).toBe('AccessDenied');
    expect(message).toContain('Check that the source is encrypted with the customer key in the secret other');
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
    expectNoKeyIn(world.said());
  });

  it.each([
    ['whole', {}],
    ['parts', inParts],
  ])('the key of the source left out fails, and leaves nothing (%s)', async (_, more) => {
    await using world = await start();
    const { name: error, message } = await world.failed({ ...TO, ...more });
    expect(error).toBe('InvalidRequest');
    expect(message).toMatch(/object is encrypted|name its secret in options\.sourceEncryption/);
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
    expectNoKeyIn(world.said());
  });

  it.each([
    ['source', 'OBJECTFERRY_SOURCE_KEY', {}],
    ['source', 'OBJECTFERRY_SOURCE_KEY', inParts],
    ['destination', 'OBJECTFERRY_DESTINATION_KEY', {}],
    ['destination', 'OBJECTFERRY_DESTINATION_KEY', inParts],
  ])('a missing secret of the %s says what to set: %s %j', async (_, variable, more) => {
    await using world = await start({ ...ENV, [variable]: '' });
    const { name: error, message } = await world.failed({ ...FROM, ...TO, ...more });
    expect(error).toBe('InvalidConfig');
    expect(message).toContain(`is not here: set ${variable} in the environment to its text`);
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
    expectNoKeyIn(world.said());
  });

  it('a key that goes away while the copy runs ends it, and the upload is aborted all the same', async () => {
    const world = await start(ENV, (event) => {
      if (event.type === 'StateExited' && event.state.name === 'Initiate')
        delete world.env['OBJECTFERRY_DESTINATION_KEY'];
    });
    await using _ = world;
    const { name: error } = await world.failed({ ...FROM, ...TO, ...inParts });
    expect(error).toBe('InvalidConfig');
    expect(world.said()).toContain('"uploadId":');
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
  });

  it('an answer that repeats the headers of the request is not repeated: a refused signature shows no key', async () => {
    const secret = `${name.toUpperCase()}_SECRET_ACCESS_KEY`;
    const world = await start(ENV, (event) => {
      if (event.type === 'StateExited' && event.state.name === 'Initiate') world.env[secret] = 'rotated-away';
    });
    await using _ = world;
    const { name: error } = await world.failed({ ...FROM, ...TO, ...inParts });
    expect(error).toBe('Unauthenticated');
    expectNoKeyIn(world.said());
  });

  it('a secret that is no key says so without showing it', async () => {
    await using world = await start({ ...ENV, OBJECTFERRY_DESTINATION_KEY: SOURCE_KEY.toString('hex') });
    const { name: error, message } = await world.failed({ ...FROM, ...TO });
    expect(error).toBe('InvalidConfig');
    expect(message).toContain('store the base64 of 32 bytes in it');
    expectNoKeyIn(world.said());
  });
});

it('S3 is asked for the parts of an upload with its key, because it does not list checksums without it', async () => {
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'] });
  emulator.model.putObject('raw', 'key', seededBytes(2 * 5 * MIB));
  await using world = startEmulated('s3', emulator, { env: ENV });
  await world.copied({ ...TO, partSizeMiB: 5 });
  const listed = emulator.requests.recent.filter(({ operation }) => operation === 'ListParts');
  const keys = listed.map(({ headers }) => headers.get('x-amz-server-side-encryption-customer-key'));
  // One look by the span, one before the upload is completed.
  expect(keys).toEqual([DESTINATION_KEY.toString('base64'), DESTINATION_KEY.toString('base64')]);
});
