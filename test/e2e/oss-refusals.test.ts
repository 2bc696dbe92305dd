import { describe, expect, it } from 'vitest';
import { seededBytes, startWorld, type WorldOptions, type WorldRequest } from '../world.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const parts = { partSizeMiB: 1 };

/** A copy that fails before any byte is copied, and says why in words. */
async function refused(
  world: WorldOptions,
  prepare: (model: Awaited<ReturnType<typeof startWorld>>['oss']['model']) => void,
  request: Partial<WorldRequest> = {},
): Promise<{ readonly name: string; readonly message: string }> {
  await using started = await startWorld(world);
  prepare(started.oss.model);
  const failure = await started.failed(request);
  expect(started.oss.requests.count('UploadPartCopy')).toBe(0);
  expect(started.oss.model.getObject('archive', 'copy')).toBeUndefined();
  started.expectNoUploads();
  return failure;
}

describe('what OSS cannot copy is refused early and in plain words', () => {
  it('a source that does not exist', async () => {
    const failure = await refused({}, () => undefined);
    expect(failure.name).toBe('SourceNotFound');
    expect(failure.message).toContain('raw/key');
  });

  it('a bucket that does not exist', async () => {
    expect(await refused({}, () => undefined, { source: 'oss://nowhere/key' })).toMatchObject({
      name: 'BucketNotFound',
    });
  });

  it('OSS-8 an appendable object in parts, with its type named', async () => {
    const failure = await refused(
      {},
      (model) => model.putObject('raw', 'key', seededBytes(2 * MIB), { type: 'Appendable' }),
      {
        options: parts,
      },
    );
    expect(failure.name).toBe('SourceNotCopyable');
    expect(failure.message).toContain('appendable');
  });

  it('OSS-8 an appendable object above one request', async () => {
    const failure = await refused({}, (model) =>
      model.putVirtualObject('raw', 'key', 2 * GIB, 1, { type: 'Appendable' }),
    );
    expect(failure).toMatchObject({ name: 'SourceNotCopyable' });
  });

  it('OSS-8 an appendable object into a bucket with versioning', async () => {
    const failure = await refused({ buckets: ['raw', { name: 'archive', versioning: 'enabled' }] }, (model) =>
      model.putObject('raw', 'key', seededBytes(100), { type: 'Appendable' }),
    );
    expect(failure.name).toBe('SourceNotCopyable');
    expect(failure.message).toMatch(/append/i);
  });

  it('OSS-8 copies an appendable object into a bucket without versioning', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(100), { type: 'Appendable' });
    expect(await world.copied()).toMatchObject({ strategy: 'whole' });
    world.expectSameBytes();
  });

  it('OSS-10 another region, before any request is sent', async () => {
    await using world = await startWorld();
    const { stores } = world.runtime;
    const runtime = {
      ...world.runtime,
      stores: {
        open: (...[location, role]: Parameters<typeof stores.open>) => {
          const store = stores.open(location, role);
          return role === 'source' ? store : { ...store, config: { ...store.config, region: 'cn-beijing' } };
        },
      },
    };
    const result = await world.copy({}, { runtime });
    expect(result).toMatchObject({ status: 'FAILED', error: 'RegionMismatch' });
    expect(JSON.stringify(result)).toContain('cn-beijing');
    expect(world.oss.requests.count()).toBe(0);
  });

  it('OSS-10 a bucket that turns out to be in another region', async () => {
    const failure = await refused({ buckets: ['raw', { name: 'archive', region: 'cn-beijing' }] }, (model) =>
      model.putObject('raw', 'key', seededBytes(100)),
    );
    expect(failure).toMatchObject({ name: 'RegionMismatch' });
  });

  it('OSS-11 a retention policy, without a retry', async () => {
    const failure = await refused({ buckets: ['raw', { name: 'archive', immutable: true }] }, (model) =>
      model.putObject('raw', 'key', seededBytes(100)),
    );
    expect(failure.name).toBe('Immutable');
    expect(failure.message).toContain('The object you specified is immutable.');
  });

  it('OSS-11 a retention policy on the source bucket, without a retry, and no upload is left', async () => {
    await using world = await startWorld({
      buckets: [{ name: 'raw', immutable: true }, 'archive'],
      quirks: { immutableRefuses: 'copies' },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    expect(await world.failed({ options: { ...parts, maxInFlight: 1 } })).toMatchObject({ name: 'Immutable' });
    expect(world.oss.requests.count('UploadPartCopy')).toBe(1);
    world.expectNoUploads();
  });

  it('OSS-17 an archived object that is not restored', async () => {
    const failure = await refused(
      {},
      (model) => model.putObject('raw', 'key', seededBytes(100), { storageClass: 'Archive' }),
      {
        options: parts,
      },
    );
    expect(failure.name).toBe('SourceArchived');
    expect(failure.message).toContain('restore first');
  });

  it('OSS-17 an object whose restore is not finished', async () => {
    const soon = new Date(Date.now() + 60_000);
    const failure = await refused(
      {},
      (model) =>
        model.putObject('raw', 'key', seededBytes(100), {
          storageClass: 'Archive',
          restore: { readyAt: soon, expiresAt: new Date(soon.getTime() + 60_000) },
        }),
      { options: parts },
    );
    expect(failure.name).toBe('SourceArchived');
    expect(failure.message).toContain('not finished');
  });

  it('OSS-17 copies an archived object once it is restored', async () => {
    await using world = await startWorld();
    const restore = { readyAt: new Date(Date.now() - 1000), expiresAt: new Date(Date.now() + 600_000) };
    world.oss.model.putObject('raw', 'key', seededBytes(100), { storageClass: 'Archive', restore });
    await world.copied({ options: parts });
    world.expectSameBytes();
  });

  it('OSS-17 a bucket of class Archive', async () => {
    const failure = await refused({ buckets: [{ name: 'raw', storageClass: 'Archive' }, 'archive'] }, (model) =>
      model.putObject('raw', 'key', seededBytes(100)),
    );
    expect(failure).toMatchObject({ name: 'SourceArchived' });
  });

  it('OSS-1 an object above the largest one', async () => {
    const failure = await refused({}, (model) => model.putVirtualObject('raw', 'key', 60e12));
    expect(failure).toMatchObject({ name: 'TooLarge' });
  });

  it('the same object', async () => {
    const failure = await refused({}, (model) => model.putObject('raw', 'key', seededBytes(100)), {
      destination: 'oss://raw/key',
    });
    expect(failure.name).toBe('InvalidRequest');
    expect(failure.message).toContain('the same object');
  });

  it('a part size that would need more than 10,000 parts, with the one that works', async () => {
    const failure = await refused({}, (model) => model.putVirtualObject('raw', 'key', 20_000 * MIB), {
      options: parts,
    });
    expect(failure.name).toBe('InvalidRequest');
    expect(failure.message).toContain('give 2 or more');
  });

  it('customer keys, which OSS does not document', async () => {
    const encryption = { kind: 'customer', keySecret: 'objectferry/key' };
    const failure = await refused({}, (model) => model.putObject('raw', 'key', seededBytes(100)), {
      options: { encryption },
    });
    expect(failure).toMatchObject({ name: 'Unsupported' });
  });

  it('a destination that exists and may not be overwritten', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    world.oss.model.putObject('archive', 'copy', seededBytes(10, 3));
    for (const options of [{}, parts]) {
      expect(await world.failed({ options: { ...options, overwrite: 'never' } })).toMatchObject({
        name: 'DestinationExists',
      });
    }
    expect(world.oss.model.getObject('archive', 'copy')?.content.size).toBe(10);
  });

  it.each([{}, parts])(
    'a destination that somebody writes mid-copy, when it may not be overwritten (%o)',
    async (options) => {
      await using world = await startWorld({
        onRequest: ({ operation }) => {
          if (!['CopyObject', 'CompleteMultipartUpload'].includes(operation)) return;
          if (world.oss.model.getObject('archive', 'copy') === undefined)
            world.oss.model.putObject('archive', 'copy', seededBytes(10));
        },
      });
      world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
      expect(await world.failed({ options: { ...options, overwrite: 'never' } })).toMatchObject({
        name: 'DestinationExists',
      });
      expect(world.oss.model.getObject('archive', 'copy')?.content.size).toBe(10);
      world.expectNoUploads();
    },
  );
});

describe('OSS-18 conditions on the source', () => {
  const long = new Date('2026-01-01T00:00:00Z');
  const before = '2025-01-01T00:00:00Z';
  const after = '2026-06-01T00:00:00Z';

  it.each([
    ['etag', { etag: '"5398BEA50648E1D9589A1994C7478499"' }],
    ['noneEtag', { noneEtag: 'current' }],
    ['modifiedSince', { modifiedSince: after }],
    ['unmodifiedSince', { unmodifiedSince: before }],
  ])('%s that fails ends the copy as PreconditionFailed', async (_, ifSource) => {
    await using world = await startWorld();
    const { etag } = world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { lastModified: long });
    const condition = 'noneEtag' in ifSource ? { noneEtag: `"${etag}"` } : ifSource;
    for (const options of [{}, parts]) {
      const failure = await world.failed({ options: { ...options, ifSource: condition } });
      expect(failure.name).toBe('PreconditionFailed');
    }
    expect(world.oss.requests.count('CopyObject') + world.oss.requests.count('UploadPartCopy')).toBe(0);
  });

  it.each([
    ['etag', { etag: 'current' }],
    ['noneEtag', { noneEtag: '"5398BEA50648E1D9589A1994C7478499"' }],
    ['modifiedSince', { modifiedSince: before }],
    ['unmodifiedSince', { unmodifiedSince: after }],
  ])('%s that holds lets the copy go on', async (_, ifSource) => {
    await using world = await startWorld();
    const { etag } = world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { lastModified: long });
    const condition = 'etag' in ifSource ? { etag: `"${etag}"` } : ifSource;
    for (const options of [{}, parts]) await world.copied({ options: { ...options, ifSource: condition } });
    world.expectSameBytes();
  });
});
