import { describe, expect, it } from 'vitest';
import { initiate } from '../../shared/copy/initiate.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { startWorld, type WorldOptions } from '../world.ts';

const GIB = 1024 ** 3;
const SIZE = 3 * GIB;
const within = { destination: 'oss://raw/copy' };

async function start(options: WorldOptions = {}, rules: readonly FaultRule[] = []) {
  const world = await startWorld({ ...options, faultRules: rules });
  world.oss.model.putVirtualObject('raw', 'key', SIZE, 1);
  const count = (operation: string) =>
    world.oss.requests.recent.filter((request) => request.operation === operation).length;
  return { ...world, count, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Initiate alone, with so much time that its one request may take a second. */
function begin(world: Awaited<ReturnType<typeof start>>, options: object = {}, remainingMs = () => 61_100) {
  return initiate(
    { ...world.runtime, remainingMs },
    { request: { source: 'oss://raw/key', ...within, options }, startedAt: new Date().toISOString() },
  );
}

describe('OSS-1 inside one bucket of OSS an object above the limit of one request', () => {
  it('is copied by one request all the same, and proven', async () => {
    await using world = await start();
    const receipt = await world.copied(within);
    expect(receipt).toMatchObject({ strategy: 'whole', size: SIZE });
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'crc64ecma', result: 'equal' }));
    expect([world.count('CopyObject'), world.count('InitiateMultipartUpload')]).toEqual([1, 0]);
  });

  it('is one version of a bucket with versions', async () => {
    await using world = await start({ buckets: [{ name: 'raw', versioning: 'enabled' }] });
    await world.copied(within);
    expect(world.oss.model.listVersions('raw').filter(({ key }) => key === 'copy')).toHaveLength(1);
  });

  it('is copied in parts where OSS refuses that', async () => {
    await using world = await start({ quirks: { shallowCopies: false } });
    const receipt = await world.copied(within);
    expect(receipt).toMatchObject({ strategy: 'parts', retries: 0 });
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'crc64ecma', result: 'equal' }));
    expect([world.count('CopyObject'), world.count('InitiateMultipartUpload')]).toEqual([1, 1]);
    world.expectNoUploads();
  });

  it('is copied in parts where the one request takes too long', async () => {
    await using world = await start({}, [
      { operation: 'CopyObject', fault: { kind: 'stall', ms: 5000, where: 'before' } },
    ]);
    expect(await begin(world)).toMatchObject({ strategy: 'parts' });
    expect(world.count('InitiateMultipartUpload')).toBe(1);
  });

  it('is copied in parts at once where too little time is left', async () => {
    await using world = await start();
    expect(await begin(world, {}, () => 60_500)).toMatchObject({ strategy: 'parts' });
    expect(world.count('CopyObject')).toBe(0);
  });

  it('opens no upload when the copy was stopped meanwhile', async () => {
    await using world = await start({}, [{ operation: 'CopyObject', fault: { kind: 'reset' } }]);
    const stopped = () => (world.count('CopyObject') > 0 ? 0 : 900_000);
    await expect(begin(world, {}, stopped)).rejects.toMatchObject({ name: 'ConnectionLost' });
    world.expectNoUploads();
  });

  it('is ours when only the answer was lost', async () => {
    await using world = await start({}, [{ operation: 'CopyObject', fault: { kind: 'lost-answer' } }]);
    expect(await world.copied(within)).toMatchObject({ strategy: 'whole' });
    expect([world.count('CopyObject'), world.count('InitiateMultipartUpload')]).toEqual([1, 0]);
  });

  it('that lands late, while its parts are copied, is replaced by the same bytes under the same token', async () => {
    await using world = await start({}, [{ operation: 'CopyObject', fault: { kind: 'reset' } }]);
    const landed: string[] = [];
    const copied = await world.copied(within, {
      runtime: {
        ...world.runtime,
        observe: (event) => {
          world.runtime.observe(event);
          if (event.type !== 'part' || landed.length > 0) return;
          const upload = world.oss.model.openUploads('raw').at(0);
          const source = world.oss.model.getObject('raw', 'key');
          if (upload === undefined || source === undefined) return expect.fail('there is no upload');
          const { content, crc64 } = source;
          landed.push(world.oss.model.putVersion('raw', 'copy', { ...upload.properties, content, crc64 }).etag);
        },
      },
    });
    expect(landed).toHaveLength(1);
    expect(copied).toMatchObject({ strategy: 'parts' });
    world.expectNoUploads();
  });

  it.each([
    ['may not overwrite', { overwrite: 'never' }],
    ['has no token', { token: false }],
    ['changes the class', { storageClass: 'IA' }],
    ['is encrypted', { encryption: { kind: 'provider' } }],
    ['has a part size', { partSizeMiB: 1024 }],
  ])('is not tried so when the copy %s', async (_, options) => {
    await using world = await start();
    expect(await begin(world, options)).toMatchObject({ strategy: 'parts' });
    expect(world.count('CopyObject')).toBe(0);
  });

  it('is not tried so into another bucket, or from an encrypted source', async () => {
    await using world = await start();
    await world.copied();
    world.oss.model.putVirtualObject('raw', 'key', SIZE, 1, {
      encryption: { 'x-oss-server-side-encryption': 'AES256' },
    });
    expect(await begin(world)).toMatchObject({ strategy: 'parts' });
    expect(world.count('CopyObject')).toBe(0);
  });

  it('fails at once of what parts would fail of, too', async () => {
    await using world = await start({}, [
      { operation: 'CopyObject', fault: { kind: 'status', status: 412, code: 'PreconditionFailed' } },
    ]);
    expect(await world.failed(within)).toMatchObject({ name: 'SourceChanged' });
    world.expectNoUploads();
  });
});
