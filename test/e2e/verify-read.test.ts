import { describe, expect, it } from 'vitest';
import { type EmulatedOptions, startEmulated } from '../emulated-world.ts';
import { EMULATED } from '../emulators/catalogue.ts';
import { Content } from '../emulators/content.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;

/** Fields of an object, and of a store, that have no checksum. */
const UNPROVABLE = { crc64: undefined };
const NO_CHECKSUMS: Readonly<Record<string, object>> = { s3: { quirks: { checksums: false } } };

describe.each(Object.entries(EMULATED))('reading back on %s', (name, provider) => {
  const [from, to] = provider.buckets;
  const size = provider.partSizeMiB * MIB + 7;
  const bytes = seededBytes(size);
  const read = { partSizeMiB: provider.partSizeMiB, verify: 'read' };

  /** A world with a source that has no checksum; `meddle` runs between Complete and the first read. */
  const start = async (meddle: (emulator: Awaited<ReturnType<typeof provider.start>>) => void = () => undefined) => {
    const emulator = await provider.start({ buckets: provider.buckets });
    const onEvent: EmulatedOptions['onEvent'] = (event) => {
      if (event.type === 'StateEntered' && event.state.name.startsWith('VerifyObject')) meddle(emulator);
    };
    const world = startEmulated(name, emulator, { onEvent, stores: { [name]: NO_CHECKSUMS[name] ?? {} } });
    emulator.model.putObject(from, 'key', bytes, UNPROVABLE);
    return world;
  };

  it('proves a copy that no checksum proves, and every byte of it', async () => {
    await using world = await start();
    const receipt = await world.copied({ ...read, requireChecksum: true });
    const said = `${size} bytes read`;
    expect(receipt.checks).toContainEqual({ name: 'bytes', result: 'equal', source: said, destination: said });
    expect(receipt).toMatchObject({ strategy: 'parts', retries: 0 });
    const told = world.events.flatMap((event) => (event.type === 'read' ? [event.bytes] : []));
    expect(told.reduce((sum, length) => sum + length, 0)).toBe(size);
    expect(world.emulator.requests.count('GetObject')).toBe(2 * Math.ceil(size / (4 * MIB)));
  });

  it('finds one wrong byte in an object of the right size and ETag, and says where', async () => {
    const offset = size - 3;
    await using world = await start(({ model }) => {
      const written = model.getObject(to, 'copy');
      if (written === undefined) return expect.fail('nothing was written');
      const wrong = Buffer.from(bytes);
      wrong[offset] = (wrong[offset] ?? 0) ^ 0xff;
      model.putVersion(to, 'copy', { ...written, content: Content.ofBytes(wrong) });
    });
    const { name: error, message } = await world.failed(read);
    expect(error).toBe('ChecksumMismatch');
    expect(message).toContain(`${to}/copy is not a copy of the source ${from}/key: read back, byte ${offset} `);
    expect(world.openUploads()).toBe(0);
  });

  it('does not call a copy proven whose source was replaced before it could be read', async () => {
    await using world = await start(({ model }) => model.putObject(from, 'key', Buffer.alloc(size), UNPROVABLE));
    const { name: error, message } = await world.failed(read);
    expect(error).toBe('SourceChanged');
    expect(message).toContain(`${to}/copy was written, but is not proven to be a copy.`);
  });

  it('says that somebody else replaced the destination', async () => {
    await using world = await start(({ model }) => model.putObject(to, 'copy', Buffer.alloc(size)));
    const { name: error, message } = await world.failed({ ...read, onFailure: 'keep' });
    expect(error).toBe('DestinationChanged');
    expect(message).toContain(`Somebody else replaced or deleted the destination ${to}/copy`);
  });
});
