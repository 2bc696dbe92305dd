import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import { createHarness, type Harness, STORE } from '../conformance/harness.ts';
import { describeConformance } from '../conformance/suite.ts';
import { putInParts } from '../emulated-world.ts';
import { CEPH_EXCEPTIONS, CEPH_QUIRKS, cephTarget } from './target.ts';

const MIB = 1024 * 1024;
const target = () => cephTarget(inject('ceph'), { provider: 's3', quirks: CEPH_QUIRKS });

describeConformance('Ceph RGW by S3', async () => target(), CEPH_EXCEPTIONS);

describe('whole copies on Ceph RGW', () => {
  let harness: Harness;
  beforeAll(() => {
    harness = createHarness(target());
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const copy = (key: string, options: object, runtime = harness.runtime) =>
    runCopy({
      request: {
        source: { store: STORE, bucket: 'raw', key },
        destination: { store: STORE, bucket: 'archive', key },
        options,
      },
      runtime,
      retryIntervalMs: 1,
    });

  it('S3-2 a real file of hundreds of MB, in parts, byte for byte', async () => {
    const node = await readFile(process.execPath);
    const file = Buffer.concat([node, node, node]);
    await harness.put('raw', 'big/file', file, { headers: { contentType: 'application/x-executable' } });
    const result = await copy('big/file', { partSizeMiB: 8 });
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      output: { size: file.length, partCount: Math.ceil(file.length / (8 * MIB)) },
    });
    const object = { bucket: 'archive', key: 'big/file' };
    for (let offset = 0; offset < file.length; offset += 32 * MIB) {
      const length = Math.min(32 * MIB, file.length - offset);
      const bytes = await harness.client.getRange({ object, range: { offset, length } });
      expect(Buffer.from(bytes).equals(file.subarray(offset, offset + length)), `from byte ${offset}`).toBe(true);
    }
    expect(await harness.client.head({ object })).toMatchObject({
      headers: { contentType: 'application/x-executable' },
    });
  });

  it('a source overwritten mid-copy fails as SourceChanged, although Ceph ignores the condition, and nothing is left', async () => {
    const { client, put, runtime } = harness;
    await put('raw', 'changed', Buffer.alloc(20 * MIB, 1));
    let overwritten = false;
    let pending: Promise<void> | undefined;
    const meddling = {
      ...runtime,
      observe: (event: { readonly type: string }) => {
        if (event.type !== 'part' || overwritten) return;
        overwritten = true;
        pending = put('raw', 'changed', Buffer.alloc(20 * MIB, 2));
      },
      stores: {
        open: (...request: Parameters<typeof runtime.stores.open>) => {
          const store = runtime.stores.open(...request);
          const head: typeof store.client.head = async (...wanted) => {
            await pending;
            return store.client.head(...wanted);
          };
          return { ...store, client: { ...store.client, head } };
        },
      },
    };
    const result = await copy('changed', { partSizeMiB: 5, maxInFlight: 1 }, meddling);
    expect(result).toMatchObject({ status: 'FAILED', error: 'SourceChanged' });
    await expect(client.head({ object: { bucket: 'archive', key: 'changed' } })).rejects.toMatchObject({
      name: 'SourceNotFound',
    });
    expect((await client.listUploads({ bucket: 'archive', prefix: 'changed' })).uploads).toEqual([]);
  });

  it.each([
    // Decoded twice it is another key, which is not there.
    'half%2Fb%2F..%2Fc',
    // Decoded twice it is not well-formed, of which this gateway would die at once.
    '100%/half%20.txt',
  ])('the key %j is refused in parts before anything begins, and by one request it is right', async (key) => {
    const { client, put, read, runtime } = harness;
    const bytes = Buffer.alloc(7 * MIB, 1);
    await put('raw', key, bytes);
    const sleep = () => expect.fail('the copy waits for something');
    const hurried = { ...runtime, clock: { ...runtime.clock, sleep } };
    expect(await copy(key, { partSizeMiB: 5 }, hurried)).toMatchObject({
      status: 'FAILED',
      error: 'Unsupported',
      cause: expect.stringContaining('leave options.partSizeMiB out, and it is copied by one request'),
    });
    // One request, sent once: the gateway is alive.
    await expect(client.head({ object: { bucket: 'archive', key } })).rejects.toMatchObject({ name: 'SourceNotFound' });
    expect((await client.listUploads({ bucket: 'archive' })).uploads).toEqual([]);
    expect(await copy(key, {}, hurried)).toMatchObject({ status: 'SUCCEEDED', output: { strategy: 'whole' } });
    expect((await read('archive', key)).equals(bytes)).toBe(true);
  });

  it('an object made in parts whose key has a percent sign is copied by one request, although its ETag says less then', async () => {
    const { client, read } = harness;
    const object = { bucket: 'raw', key: '50%25.bin' };
    const bytes = Buffer.alloc(10 * MIB, 2);
    await putInParts(client, object, bytes, 5 * MIB);
    expect(await copy(object.key, {})).toMatchObject({ status: 'SUCCEEDED', output: { strategy: 'whole' } });
    expect((await read('archive', object.key)).equals(bytes)).toBe(true);
  });

  it('tags that it forgets fail the copy, where a stores file claims that it keeps them', async () => {
    const { tags: _, ...quirks } = CEPH_QUIRKS;
    await using claiming = createHarness(cephTarget(inject('ceph'), { provider: 's3', quirks }));
    await claiming.put('raw', 'tagged', Buffer.alloc(7 * MIB, 3));
    const result = await copy('tagged', { tags: { team: 'film' }, partSizeMiB: 5 }, claiming.runtime);
    expect(result).toMatchObject({ status: 'FAILED', error: 'Unsupported' });
    expect(result).toMatchObject({ cause: expect.stringContaining('with 0 tags instead of 1') });
  });

  it('an older version is copied as it was', async () => {
    const { client, put, read, runtime } = harness;
    await put('versions', 'v', Buffer.from('first'));
    const { versionId } = await client.head({ object: { bucket: 'versions', key: 'v' } });
    await put('versions', 'v', Buffer.from('second'));
    const source = { store: STORE, bucket: 'versions', key: 'v', versionId };
    const result = await runCopy({
      request: { source, destination: { store: STORE, bucket: 'archive', key: 'v' } },
      runtime,
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    expect((await read('archive', 'v')).toString()).toBe('first');
  });
});
