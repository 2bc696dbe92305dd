import { setTimeout } from 'node:timers/promises';
import { Step, type VerifySpanInput } from '@objectferry/shared/contract.ts';
import { verifySpan } from '@objectferry/shared/copy/verify-span.ts';
import { CustomerKey } from '@objectferry/shared/credentials.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { describe, expect, it } from 'vitest';
import { putInParts, startEmulated } from '../emulated-world.ts';
import { EMULATED } from '../emulators/catalogue.ts';
import { Content } from '../emulators/content.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { seededBytes, startWorld, type World } from '../world.ts';

const MIB = 1024 * 1024;
const RANGE = 4 * MIB;
const UNPROVABLE = { crc64: undefined };
const read = { verify: 'read', partSizeMiB: 8 } as const;
const slow: FaultRule = { operation: 'GetObject', fault: { kind: 'latency', ms: 100 } };

/** What VerifyObject is entered with, of a copy that was written and goes no further: nothing has been read. */
async function inputOfVerifyObject(world: World): Promise<unknown> {
  let step: unknown;
  const stop = new AbortController();
  await world.copy(
    { options: read },
    {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type !== 'StateEntered' || event.state.name !== 'VerifyObject') return;
        step = event.state.input;
        stop.abort();
      },
    },
  );
  return step;
}

/** What every span of it is given. */
async function toBeRead(world: World): Promise<Omit<VerifySpanInput, 'byteSpan'>> {
  const { strategy, ...found } = parse(Step, await inputOfVerifyObject(world), 'The step');
  if (!('byteSpans' in found)) return expect.fail(`the strategy is ${strategy}`);
  return { copy: found.copy, destination: found.receipt.destination };
}

/** A runtime of one invocation, and its client with another way to read. */
function invocation(world: World, getRange: (original: ObjectStore['getRange']) => ObjectStore['getRange']): Runtime {
  const { client } = world.runtime.stores.open({ store: 'oss', bucket: 'raw', key: 'key' }, 'source');
  Object.assign(client, { getRange: getRange(client.getRange.bind(client)) });
  return { ...world.runtime, remainingMs: () => 900_000 };
}

describe('reading back', () => {
  it('goes on in another round when an invocation runs out of time, and reads nothing twice', async () => {
    await using world = await startWorld({ faultRules: [slow] });
    world.oss.model.putVirtualObject('raw', 'key', 24 * MIB + 1, 1, UNPROVABLE);
    // Of 33.75 s, 28.4 s are kept for a request and 5 s for the report: what is left is enough for a few ranges.
    const rounds: string[] = [];
    const receipt = await world.copied(
      { options: { ...read, maxInFlight: 2 } },
      {
        invocationSeconds: 33.75,
        onEvent: (event) => event.type === 'StateEntered' && event.index === undefined && rounds.push(event.state.name),
      },
    );
    expect(rounds.filter((name) => name === 'Prove').length).toBeGreaterThan(1);
    expect(world.oss.requests.count('GetObject')).toBe(2 * 7);
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'bytes', result: 'equal' }));
  });

  it('an invocation that is too short for a single range says so, and the copy is not called proven', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(MIB), UNPROVABLE);
    const result = await world.copy({ options: { ...read, partSizeMiB: 1 } }, { invocationSeconds: 26 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Timeout' });
    expect(JSON.stringify(result)).toMatch(/too short to read .* archive\/copy was written, but is not proven/);
  });

  it('gets over what any request meets, each side by itself, and the receipt counts it', async () => {
    const fault = { kind: 'cut-body' } as const;
    const refused = { kind: 'status', status: 503, code: 'ServiceUnavailable' } as const;
    await using world = await startWorld({
      faultRules: [
        { operation: 'GetObject', times: 1, fault },
        { operation: 'GetObject', bucket: 'archive', times: 2, fault: refused },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(9 * MIB), UNPROVABLE);
    expect(await world.copied({ options: read })).toMatchObject({ retries: 3, throttles: 0 });
    expect(world.oss.requests.count('GetObject')).toBe(2 * 3 + 3);
  });

  it('a refusal ends it, and says that the destination was written', async () => {
    await using world = await startWorld({
      faultRules: [
        { operation: 'GetObject', bucket: 'archive', fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(9 * MIB), UNPROVABLE);
    const { name, message } = await world.failed({ options: read });
    expect(name).toBe('AccessDenied');
    expect(message).toContain('archive/copy was written, but is not proven to be a copy.');
  });

  it.each([
    ['a checksum proves it', 9 * MIB, {}, {}],
    ['its ETag proves it', 1000, UNPROVABLE, {}],
    ['there is nothing to read', 0, UNPROVABLE, {}],
    ['nobody asked for it', 9 * MIB, UNPROVABLE, { verify: 'checksum' }],
  ])('reads nothing where %s', async (_, size, fields, options) => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(size), fields);
    const { checks } = await world.copied({ options: { verify: 'read', ...(size > MIB ? read : {}), ...options } });
    expect(checks.map(({ name }) => name)).not.toContain('bytes');
    expect(world.oss.requests.count('GetObject')).toBe(0);
  });

  it('names the first byte that differs, although a later range was read before', async () => {
    await using world = await startWorld();
    const bytes = seededBytes(3 * RANGE);
    world.oss.model.putObject('raw', 'key', bytes, UNPROVABLE);
    const input = await toBeRead(world);
    const written = world.oss.model.getObject('archive', 'copy');
    if (written === undefined) return expect.fail('nothing was written');
    const wrong = Buffer.from(bytes);
    for (const offset of [RANGE + 5, RANGE + 9, 2 * RANGE + 1]) wrong[offset] = (wrong[offset] ?? 0) ^ 1;
    world.oss.model.putVersion('archive', 'copy', { ...written, content: Content.ofBytes(wrong) });
    const runtime = invocation(world, (getRange) => async (request, call) => {
      if (request.range.offset === RANGE) await setTimeout(60);
      return getRange(request, call);
    });
    const [expected, found] = [bytes, wrong].map((all) => all.subarray(RANGE + 5, RANGE + 6).toString('hex'));
    await expect(verifySpan(runtime, { ...input, byteSpan: { offset: 0, length: 3 * RANGE } })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringContaining(`byte ${RANGE + 5} (the first is 0) is 0x${found}, expected 0x${expected}.`),
    });
  });

  it('reads a copy by one request back, too, with no more requests in flight than the copy may have', async () => {
    await using world = await startWorld();
    // An ETag that no single request makes.
    world.oss.model.putObject('raw', 'key', seededBytes(9 * MIB), {
      ...UNPROVABLE,
      etag: '5B3C1A2E053D763E1B002CC607C5A0FE-2',
    });
    let [inFlight, most] = [0, 0];
    const { stores } = invocation(world, (getRange) => async (request, call) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      return getRange(request, call).finally(() => {
        inFlight -= 1;
      });
    });
    expect(stores).toBe(world.runtime.stores);
    const { strategy, checks } = await world.copied({ options: { verify: 'read', maxInFlight: 2 } });
    expect(strategy).toBe('whole');
    expect(checks).toContainEqual(expect.objectContaining({ name: 'bytes', result: 'equal' }));
    expect([most, world.oss.requests.count('GetObject')]).toEqual([2, 6]);
  });

  it('goes on with reading in a process after the one that died, and copies nothing again', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(9 * MIB), UNPROVABLE);
    const input = await inputOfVerifyObject(world);
    const resume = { state: 'VerifyObject', input, startedAt: new Date() };
    const copied = world.oss.requests.count('UploadPartCopy');
    const { checks } = await world.copied({ options: read }, { resume });
    expect(checks).toContainEqual(expect.objectContaining({ name: 'bytes', result: 'equal' }));
    expect(world.oss.requests.count('UploadPartCopy')).toBe(copied);
  });

  it('holds at most 64 MiB, however many spans one process reads', async () => {
    await using world = await startWorld();
    const spans = 8;
    world.oss.model.putVirtualObject('raw', 'key', spans * 2 * RANGE, 1, UNPROVABLE);
    const input = await toBeRead(world);
    let [held, most] = [0, 0];
    const counting = invocation(world, (getRange) => async (request, call) => {
      held += request.range.length;
      most = Math.max(most, held);
      return getRange(request, call);
    });
    const runtime: Runtime = {
      ...counting,
      observe: (event) => {
        if (event.type === 'read') held -= 2 * event.bytes;
      },
    };
    const reports = await Promise.all(
      Array.from({ length: spans }, (_, index) =>
        verifySpan(runtime, { ...input, byteSpan: { offset: index * 2 * RANGE, length: 2 * RANGE } }),
      ),
    );
    expect(reports.every(({ bytes, rest }) => bytes === 2 * RANGE && rest === null)).toBe(true);
    expect(held).toBe(0);
    expect(most).toBe(64 * MIB);
  });
});

describe.each(['obs', 'qingstor', 's3'])('reading back under customer keys on %s', (name) => {
  const provider = EMULATED[name];
  if (provider === undefined) throw new Error(`${name} is not emulated`);
  const [from] = provider.buckets;
  const [sourceKey, destinationKey] = [seededBytes(32, 11), seededBytes(32, 12)];

  it('uses the key of each side, and shows neither', async () => {
    const emulator = await provider.start({ buckets: provider.buckets });
    const keys = { SOURCE_KEY: sourceKey.toString('base64'), DESTINATION_KEY: destinationKey.toString('base64') };
    const stores = { [name]: name === 's3' ? { quirks: { checksums: false } } : {} };
    await using world = startEmulated(name, emulator, { stores, env: keys });
    const partBytes = provider.partSizeMiB * MIB;
    const bytes = seededBytes(partBytes + 7);
    const encryption = { kind: 'customer', key: new CustomerKey(sourceKey) } as const;
    await putInParts(world.client, { bucket: from, key: 'key' }, bytes, partBytes, { encryption });
    const receipt = await world.copied({
      verify: 'read',
      partSizeMiB: provider.partSizeMiB * 2,
      sourceEncryption: { kind: 'customer', keySecret: 'source-key' },
      encryption: { kind: 'customer', keySecret: 'destination-key' },
    });
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'bytes', result: 'equal' }));
    for (const key of Object.values(keys)) expect(world.said()).not.toContain(key);
  });
});
