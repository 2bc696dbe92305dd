import { describe, expect, it } from 'vitest';
import { seededBytes, startWorld } from '../world.ts';

const MIB = 1024 * 1024;
const parts = { partSizeMiB: 1 };
const versioned = [
  { name: 'raw', versioning: 'enabled' as const },
  { name: 'archive', versioning: 'enabled' as const },
];

describe('versions on OSS', () => {
  it('OSS-2 copies the current version when none is named', async () => {
    await using world = await startWorld({ buckets: versioned });
    const { model } = world.oss;
    model.putObject('raw', 'key', seededBytes(2 * MIB, 1));
    const current = model.putObject('raw', 'key', seededBytes(2 * MIB, 2));
    const { source } = await world.copied({ options: parts });
    expect(source.versionId).toBe(current.versionId);
    world.expectSameBytes();
  });

  it('OSS-2 fails as SourceNotFound when the current version is a delete marker', async () => {
    await using world = await startWorld({ buckets: versioned });
    world.oss.model.putObject('raw', 'key', seededBytes(100));
    world.oss.model.deleteObject('raw', 'key');
    expect(await world.failed()).toMatchObject({ name: 'SourceNotFound' });
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'SourceNotFound' });
  });

  it.each([{}, parts])('OSS-3 copies the version that the source names (%o)', async (options) => {
    await using world = await startWorld({ buckets: versioned });
    const { model } = world.oss;
    const old = model.putObject('raw', 'key', seededBytes(2 * MIB, 1));
    model.putObject('raw', 'key', seededBytes(2 * MIB, 2));
    const receipt = await world.copied({ source: `oss://raw/key?versionId=${old.versionId}`, options });
    expect(receipt.source.versionId).toBe(old.versionId);
    expect(model.getObject('archive', 'copy')?.content.toBuffer().equals(old.content.toBuffer())).toBe(true);
    const named = world.oss.requests.recent.filter(({ headers }) => headers.has('x-oss-copy-source'));
    for (const { headers } of named) {
      expect(headers.get('x-oss-copy-source')).toBe(`/raw/key?versionId=${encodeURIComponent(old.versionId)}`);
    }
  });

  it.each([404, 405] as const)(
    'OSS-4 never copies a delete marker that the source names (HEAD %d)',
    async (versionMarkerHead) => {
      await using world = await startWorld({ buckets: versioned, quirks: { versionMarkerHead } });
      world.oss.model.putObject('raw', 'key', seededBytes(100));
      const marker = world.oss.model.deleteObject('raw', 'key').versionId;
      const failure = await world.failed({ source: `oss://raw/key?versionId=${marker}`, options: parts });
      expect(failure.name).toBe('SourceNotFound');
      expect(world.oss.requests.count('UploadPartCopy')).toBe(0);
      world.expectNoUploads();
    },
  );

  it.each([{}, parts])('OSS-5 restores an older version onto its own key (%o)', async (options) => {
    await using world = await startWorld({ buckets: versioned });
    const { model } = world.oss;
    const old = model.putObject('raw', 'key', seededBytes(2 * MIB, 1));
    model.putObject('raw', 'key', seededBytes(2 * MIB, 2));
    const { destination } = await world.copied({
      source: `oss://raw/key?versionId=${old.versionId}`,
      destination: 'oss://raw/key',
      options,
    });
    const current = model.getObject('raw', 'key');
    expect(current?.versionId).toBe(destination.versionId);
    expect(current?.content.toBuffer().equals(old.content.toBuffer())).toBe(true);
    expect(model.listVersions('raw', 'key')).toHaveLength(3);
  });

  it.each([{}, parts])('OSS-6 reports the version that a versioned destination got (%o)', async (options) => {
    await using world = await startWorld({ buckets: ['raw', { name: 'archive', versioning: 'enabled' }] });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const { destination } = await world.copied({ options });
    expect(destination.versionId).toBe(world.oss.model.getObject('archive', 'copy')?.versionId);
    expect(destination.versionId).not.toBe('null');
  });

  it.each([{}, parts])(
    'OSS-6 reports null for a suspended destination and replaces its null version (%o)',
    async (options) => {
      await using world = await startWorld({ buckets: ['raw', { name: 'archive', versioning: 'suspended' }] });
      world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
      await world.copied({ options });
      const { destination } = await world.copied({ options });
      expect(destination.versionId).toBe('null');
      expect(world.oss.model.listVersions('archive', 'copy')).toHaveLength(1);
    },
  );

  it('OSS-7 fails when the provider says that it copied another version than the pinned one', async () => {
    await using world = await startWorld({ buckets: versioned });
    const { model } = world.oss;
    model.putObject('raw', 'key', seededBytes(2 * MIB, 1));
    const { client } = world.runtime.stores.open({ store: 'oss', bucket: 'raw', key: 'key' }, 'source');
    const copyPart = client.uploadPartCopy.bind(client);
    Object.assign(client, {
      uploadPartCopy: async (...request: Parameters<typeof copyPart>) => ({
        ...(await copyPart(...request)),
        sourceVersionId: 'another',
      }),
    });
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'SourceChanged' });
    world.expectNoUploads();
  });

  it('pins the version it saw: a newer one that appears mid-copy is not mixed in', async () => {
    await using world = await startWorld({
      buckets: versioned,
      onRequest: ({ operation, partNumber }) => {
        if (operation !== 'UploadPartCopy' || partNumber !== 3) return;
        world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB, 9));
      },
    });
    const first = world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB, 1));
    const { source } = await world.copied({ options: { ...parts, maxInFlight: 1 } });
    expect(source.versionId).toBe(first.versionId);
    const copied = world.oss.model.getObject('archive', 'copy');
    expect(copied?.content.toBuffer().equals(first.content.toBuffer())).toBe(true);
  });

  it('fails as SourceChanged when an unversioned source is overwritten mid-copy, and leaves nothing behind', async () => {
    await using world = await startWorld({
      onRequest: ({ operation, partNumber }) => {
        if (operation !== 'UploadPartCopy' || partNumber !== 3) return;
        world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB, 9));
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB, 1));
    const failure = await world.failed({ options: { ...parts, maxInFlight: 1 } });
    expect(failure.name).toBe('SourceChanged');
    expect(world.oss.model.getObject('archive', 'copy')).toBeUndefined();
    world.expectNoUploads();
  });
});
