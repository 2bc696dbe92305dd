import { CopyRequest } from '@objectferry/shared/contract.ts';
import { estimateCopy } from '@objectferry/shared/copy/estimate-copy.ts';
import { inspectSource } from '@objectferry/shared/copy/inspect.ts';
import { routeOf } from '@objectferry/shared/copy/route.ts';
import { strategyFor } from '@objectferry/shared/copy/strategy.ts';
import { STATES } from '@objectferry/shared/naming.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import { startEmulated } from '../../emulated-world.ts';
import { EMULATED } from '../../emulators/catalogue.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** What the providers call the same request. */
const WORDS: Readonly<Record<string, string>> = {
  InitiateMultipartUpload: 'CreateMultipartUpload',
  UploadObjectCopy: 'UploadPartCopy',
  ListMultipart: 'ListParts',
  UploadMultipartCopy: 'UploadPartCopy',
  CopyPart: 'UploadPartCopy',
};

async function start(name: string, size: number, properties: object = {}) {
  const provider = EMULATED[name];
  if (provider === undefined) return expect.fail(`${name} is not emulated`);
  const [from, to] = provider.buckets;
  const emulator = await provider.start({ buckets: [...provider.buckets], keepRequests: 5000 });
  emulator.model.putVirtualObject(from, 'key', size, 1, properties);
  const world = startEmulated(name, emulator);
  const request = (options: object) =>
    parse(CopyRequest, { source: `${name}://${from}/key`, destination: `${name}://${to}/copy`, options }, 'It');
  const estimated = async (options: object) => {
    const runtime = { ...world.runtime, remainingMs: () => 900_000 };
    const asked = request(options);
    const route = routeOf(runtime, asked);
    const source = await inspectSource(runtime, asked);
    const decided = await strategyFor(runtime, { source, route, request: asked });
    return estimateCopy({ source, route, request: asked, decided });
  };
  const sent = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { operation } of emulator.requests.recent) {
      const word = WORDS[operation] ?? operation;
      counts[word] = (counts[word] ?? 0) + 1;
    }
    return counts;
  };
  // A machine that goes on knows as little as Lambda whether an invocation is the first one.
  const copiedAsDeployed = async (options: object) => {
    const input = { source: `${name}://${from}/key`, destination: `${name}://${to}/copy`, options };
    const resume = { state: STATES.start, input, startedAt: new Date() };
    const result = await runCopy({ request: input, runtime: world.runtime, resume });
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
  };
  return {
    ...world,
    estimated,
    sent,
    emulator,
    copiedAsDeployed,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe('the requests of an estimate are those that a deployed copy sends', () => {
  it.each(
    Object.keys(EMULATED).flatMap((name) => [
      [name, 3 * MIB, {}] as const,
      [name, 3 * MIB, { overwrite: 'never' }] as const,
      [name, 64 * MIB, { partSizeMiB: 5 }] as const,
      [name, 64 * MIB, { partSizeMiB: 5, maxInFlight: 3, overwrite: 'never' }] as const,
    ]),
  )('%s, %d bytes, %o', async (name, size, options) => {
    await using world = await start(name, size);
    const { chosen } = await world.estimated(options);
    const before = world.sent();
    await world.copiedAsDeployed(options);
    const sent = Object.entries(world.sent()).map(([word, count]) => [word, count - (before[word] ?? 0)] as const);
    expect(Object.fromEntries(sent.filter(([, count]) => count > 0))).toEqual(
      Object.fromEntries(chosen.requests.map(({ operation, count }) => [operation, count])),
    );
  });
});

describe('what an object has besides its bytes is looked at', () => {
  const three = {
    etag: `${'0123456789abcdef'.repeat(2)}-3`,
    type: 'Multipart',
    partSizes: [5, 5, 5].map((mib) => mib * MIB),
  };

  it.each([
    ['s3', { tags: [['a', '1']] }, {}],
    ['s3', { tags: [['a', '1']] }, { partSizeMiB: 5, acl: 'private' }],
    ['oss', { tags: [['a', '1']] }, { acl: 'private' }],
    ['s3', {}, { tags: { b: '2' }, partSizeMiB: 5 }],
    ['s3', {}, { tags: 'none' }],
    // Nothing but the ETag proves the first, and only reading the others: 15 MiB in ranges of 4 MiB, both sides.
    ['s3', { ...three, crc64: undefined, checksum: undefined }, {}],
    ['qingstor', {}, { verify: 'read', partSizeMiB: 5 }],
    ['qingstor', {}, { verify: 'read' }],
  ])('%s, %o, %o', async (name, properties, options) => {
    await using world = await start(name, 15 * MIB, properties);
    const { chosen } = await world.estimated(options);
    const before = world.sent();
    await world.copiedAsDeployed(options);
    const sent = Object.entries(world.sent()).map(([word, count]) => [word, count - (before[word] ?? 0)] as const);
    expect(Object.fromEntries(sent.filter(([, count]) => count > 0))).toEqual(
      Object.fromEntries(chosen.requests.map(({ operation, count }) => [operation, count])),
    );
  });
});

describe('a cap', () => {
  it('lets pass what is below', async () => {
    await using world = await start('s3', MIB);
    expect(await world.copied({ maxDollars: 1 })).toMatchObject({ strategy: 'whole' });
  });

  it('refuses before an upload is open, and says what would fit', async () => {
    await using world = await start('s3', 40 * GIB);
    const failure = await world.failed({ partSizeMiB: 8, maxDollars: 0.01 });
    expect(failure.name).toBe('OverBudget');
    expect(failure.message).toMatch(
      /would cost about \$0\.02\d \(5120 parts of 8 MiB\), above options\.maxDollars 0\.01: with options\.partSizeMiB \d+ it would cost \$0\.00\d+\.$/,
    );
    world.expectNothingLeft();
    expect(world.sent()).toEqual({ HeadObject: 1 });
  });

  it('is kept by larger parts where the size is not given', async () => {
    await using world = await start('s3', 40 * GIB);
    const { chosen: usual } = await world.estimated({});
    const maxDollars = usual.dollars.total * 0.6;
    const { chosen } = await world.estimated({ maxDollars });
    expect(chosen.dollars.total).toBeLessThanOrEqual(maxDollars);
    expect(chosen.shape.partSize).toBeGreaterThan(usual.shape.partSize);
  });

  it('that nothing fits under says so', async () => {
    await using world = await start('s3', 40 * GIB);
    const { message } = await world.failed({ maxDollars: 0.0001 });
    expect(message).toContain('no part size makes it fit');
    expect((await world.failed({ partSizeMiB: 8, maxDollars: 0.0001 })).message).toContain(
      'the cheapest part size would',
    );
  });

  it('holds for one request, too', async () => {
    await using world = await start('s3', MIB);
    expect(await world.failed({ maxDollars: 0.00001 })).toMatchObject({ name: 'OverBudget' });
    world.expectNothingLeft();
  });
});

it('neighbours are faster and dearer, slower and cheaper', async () => {
  await using world = await start('s3', 20 * GIB);
  const { chosen, faster, cheaper } = await world.estimated({ partSizeMiB: 128 });
  expect(faster?.seconds.expected).toBeLessThan(chosen.seconds.expected);
  expect(faster?.dollars.total).toBeGreaterThan(chosen.dollars.total);
  expect(cheaper?.seconds.expected).toBeGreaterThan(chosen.seconds.expected);
  expect(cheaper?.dollars.total).toBeLessThan(chosen.dollars.total);
});
