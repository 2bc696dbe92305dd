import { messageOf } from '@objectferry/shared/cause.ts';
import { describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import { seededBytes, startWorld } from '../world.ts';

const MIB = 1024 * 1024;
const parts = { partSizeMiB: 1 };

describe('the whole machine on this machine', () => {
  it('OSS-24 copies 40 TB in 10,000 parts over 40 spans with at most 400 events and 16 KB of state', async () => {
    await using world = await startWorld({ maxInFlight: 5120, store: { maxInFlight: 5120 } });
    world.oss.model.putVirtualObject('raw', 'key', 40e12);
    const result = await world.copy();
    if (result.status === 'FAILED') expect.fail(result.cause);
    expect(result.output).toMatchObject({ size: 40e12, partCount: 10_000, spans: 40, retries: 0 });
    expect(result.historyEvents).toBeLessThanOrEqual(400);
    expect(result.largestStateBytes).toBeLessThanOrEqual(16 * 1024);
    const [source, copy] = [world.oss.model.getObject('raw', 'key'), world.oss.model.getObject('archive', 'copy')];
    expect(copy?.content.crc64()).toBe(source?.content.crc64());
    world.expectNoUploads();
  });

  it('goes on in another round when an invocation runs out of time, and copies nothing twice', async () => {
    await using world = await startWorld({
      faultRules: [{ operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 120 } }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(30 * MIB));
    // Of 25.4 s, 20 s are kept for a request and 5 s for the report: what is left is enough for a few parts.
    const receipt = await world.copied({ options: { ...parts, maxInFlight: 2 } }, { invocationSeconds: 25.45 });
    expect(world.oss.requests.count('ListParts')).toBeGreaterThan(3);
    expect(world.oss.requests.count('UploadPartCopy')).toBe(30);
    expect(receipt).toMatchObject({ partCount: 30, adopted: 0, retries: 0 });
    world.expectSameBytes();
  });

  it('adopts the parts of an invocation that was killed, and copies only what is missing', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(20 * MIB));
    let killed = false;
    const runtime = {
      ...world.runtime,
      observe: () => {
        if (killed || world.oss.requests.count('UploadPartCopy') < 10) return;
        killed = true;
        throw Object.assign(new Error('the sandbox died'), { name: 'Sandbox.Timedout' });
      },
    };
    const receipt = await world.copied({ options: { ...parts, maxInFlight: 2 } }, { runtime });
    expect(receipt.adopted).toBeGreaterThan(5);
    expect(world.oss.requests.count('UploadPartCopy')).toBeLessThan(24);
    world.expectSameBytes();
    world.expectNoUploads();
  });

  it('stops cleanly: the upload is aborted and the error says Stopped', async () => {
    const stop = new AbortController();
    await using world = await startWorld({
      faultRules: [{ operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 50 } }],
      onRequest: ({ operation, partNumber }) => {
        if (operation === 'UploadPartCopy' && partNumber === 5) stop.abort();
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(20 * MIB));
    const result = await world.copy({ options: { ...parts, maxInFlight: 2 } }, { signal: stop.signal });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Stopped' });
    world.expectNoUploads();
  });

  it.each([
    ['no object', 42, 'must be an object'],
    [
      'an unknown field',
      { source: 'oss://raw/key', destination: 'oss://archive/copy', option: {} },
      'option is not a known field',
    ],
    ['an unknown store', { source: 'hz://raw/key', destination: 'oss://archive/copy' }, 'source.store is "hz"'],
    ['a location that is none', { source: 'raw/key', destination: 'oss://archive/copy' }, 'write store://bucket/key'],
    [
      'an empty key',
      { source: { store: 'oss', bucket: 'raw', key: '' }, destination: 'oss://archive/copy' },
      'source.key is empty',
    ],
    [
      'a huge key',
      { source: { store: 'oss', bucket: 'raw', key: 'k'.repeat(1024) }, destination: 'oss://archive/copy' },
      'source.key',
    ],
    [
      'a negative part size',
      { source: 'oss://raw/key', destination: 'oss://archive/copy', options: { partSizeMiB: -1 } },
      'options.partSizeMiB must be 1 or more',
    ],
  ])('refuses %s in the first state with one sentence, and sends nothing', async (_, request, sentence) => {
    await using world = await startWorld();
    const result = await runCopy({ request, runtime: world.runtime });
    expect(result).toMatchObject({ status: 'FAILED', error: 'InvalidRequest' });
    expect(result.status === 'FAILED' ? messageOf(result.cause) : '').toContain(sentence);
    expect(world.oss.requests.count()).toBe(0);
  });
});
