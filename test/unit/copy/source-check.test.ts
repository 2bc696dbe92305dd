import { describe, expect, it } from 'vitest';
import { startEmulated } from '../../emulated-world.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const SIZE = 3 * 5 * MIB;
const HONOURED = { quirks: { copyConditions: 'honoured' } };
const OTHER_BYTES = { bytes: seededBytes(SIZE, 2), properties: {} };
const IGNORED = { quirks: { copyConditions: 'ignored' } };

/** A gateway that ignores conditions, described by two stores; the source is overwritten before its second part is copied. */
async function start(
  stores: Readonly<Record<string, object>>,
  overwriteAt: number,
  versioning: 'never' | 'enabled',
  {
    bytes,
    properties,
  }: { readonly bytes: Buffer; readonly properties: { readonly lastModified?: Date } } = OTHER_BYTES,
) {
  let parts = 0;
  const emulator = await startS3Emulator({
    buckets: [{ name: 'raw', versioning }, 'archive'],
    quirks: { conditionsIgnored: true },
    onRequest: ({ operation }) => {
      if (operation !== 'UploadPartCopy') return;
      parts += 1;
      if (parts === overwriteAt) emulator.model.putObject('raw', 'key', bytes, properties);
    },
  });
  emulator.model.putObject('raw', 'key', seededBytes(SIZE, 1));
  return startEmulated('s3', emulator, { stores });
}

/** The same gateway and one store, whose source is overwritten just before some request. */
async function startWhole(isBefore: (operation: string) => boolean, properties: { readonly etag?: string } = {}) {
  const emulator = await startS3Emulator({
    buckets: ['raw', 'archive'],
    quirks: { conditionsIgnored: true },
    onRequest: ({ operation }) => {
      if (isBefore(operation)) emulator.model.putObject('raw', 'key', seededBytes(SIZE, 2));
    },
  });
  emulator.model.putObject('raw', 'key', seededBytes(SIZE, 1), properties);
  return startEmulated('s3', emulator, { stores: { s3: IGNORED } });
}

const options = { partSizeMiB: 5, maxInFlight: 1 };

describe('a source that is overwritten while it is copied', () => {
  it.each([
    ['one store that ignores conditions', { from: IGNORED, to: IGNORED }],
    ['a source store that honours them and a destination store that ignores them', { from: HONOURED, to: IGNORED }],
  ])('is noticed before the copy is completed, by %s', async (_, stores) => {
    await using world = await start(stores, 2, 'never');
    const result = await world.copy(options, { source: 'from://raw/key', destination: 'to://archive/copy' });
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'SourceChanged',
      cause: expect.stringContaining('The source was replaced while it was being copied: it was'),
    });
    expect(world.emulator.requests.count('CompleteMultipartUpload')).toBe(0);
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
  });

  it('by the same bytes is a change, too: parts may have been read in between', async () => {
    const later = new Date(Date.now() + 5_000);
    const content = { bytes: seededBytes(SIZE, 1), properties: { lastModified: later } };
    await using world = await start({ from: HONOURED, to: IGNORED }, 2, 'never', content);
    const result = await world.copy(options, { source: 'from://raw/key', destination: 'to://archive/copy' });
    expect(result).toMatchObject({ status: 'FAILED', error: 'SourceChanged' });
  });

  it('is noticed although the store claims to honour conditions: only some endpoints are known to', async () => {
    await using world = await start({ s3: {} }, 2, 'never');
    expect(await world.failed(options)).toMatchObject({ name: 'SourceChanged' });
    expect(world.emulator.requests.count('CompleteMultipartUpload')).toBe(0);
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
  });

  it('is said together with the destination that one request has written', async () => {
    await using world = await startWhole((operation) => operation === 'CopyObject');
    const { name, message } = await world.failed();
    expect(name).toBe('SourceChanged');
    expect(message).toContain('The destination archive/copy was written all the same: do not use it');
    expect(world.written()?.equals(seededBytes(SIZE, 2))).toBe(true);
  });

  it('behind the one request that copied it does not matter: the ETag of the copy is the pinned one', async () => {
    let copied = false;
    await using world = await startWhole((operation) => {
      const isBehind = copied;
      copied = operation === 'CopyObject';
      return isBehind;
    });
    const { checks } = await world.copied();
    expect(checks).toContainEqual({ name: 'sourceUnchanged', result: 'equal', source: expect.any(String) });
    expect(world.written()?.equals(seededBytes(SIZE, 1))).toBe(true);
  });

  it('is looked at where the copy has another ETag, as under a key of its own', async () => {
    let copied = false;
    await using world = await startWhole(
      (operation) => {
        const isBehind = copied;
        copied = operation === 'CopyObject';
        return isBehind;
      },
      { etag: `${'0'.repeat(32)}-3` },
    );
    expect(await world.failed()).toMatchObject({ name: 'SourceChanged' });
  });

  it('does not matter where a version is pinned', async () => {
    await using world = await start({ from: HONOURED, to: IGNORED }, 2, 'enabled');
    const result = await world.copy(options, { source: 'from://raw/key', destination: 'to://archive/copy' });
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.written()?.equals(seededBytes(SIZE, 1))).toBe(true);
  });

  it('is refused by the provider itself where both stores honour conditions', async () => {
    let parts = 0;
    const emulator = await startS3Emulator({
      buckets: ['raw', 'archive'],
      onRequest: ({ operation }) => {
        parts += operation === 'UploadPartCopy' ? 1 : 0;
        if (operation === 'UploadPartCopy' && parts === 2) emulator.model.putObject('raw', 'key', seededBytes(SIZE, 2));
      },
    });
    emulator.model.putObject('raw', 'key', seededBytes(SIZE, 1));
    await using world = startEmulated('s3', emulator, {});
    expect(await world.failed(options)).toMatchObject({ name: 'SourceChanged' });
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
  });
});
