import { TOKEN_METADATA } from '@objectferry/shared/naming.ts';
import { describe, expect, it } from 'vitest';
import { WEIRD_KEYS } from '../conformance/weird-keys.ts';
import { demoOssAccount } from '../emulators/oss/emulator.ts';
import { seededBytes, startWorld } from '../world.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const parts = { partSizeMiB: 1 };
const contentHeaders = {
  'content-type': 'video/mp4',
  'cache-control': 'max-age=60',
  'content-disposition': 'attachment; filename="a.mp4"',
  'content-encoding': 'identity',
  'content-language': 'zh-CN',
  expires: 'Wed, 21 Oct 2026 07:28:00 GMT',
};
const userMetadata = { owner: 'alice', title: '视频 (终)', note: 'a+b %20=&' };
const tags = [
  ['kind', 'film'],
  ['a b', 'c+d/=:'],
] as const;

describe.each([
  ['one request', {}],
  ['parts', parts],
])('what a copy by %s carries', (_, how) => {
  it('content headers, user metadata and tags', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { contentHeaders, userMetadata, tags });
    await world.copied({ options: how });
    const copy = world.oss.model.getObject('archive', 'copy');
    expect(copy?.contentHeaders).toMatchObject(contentHeaders);
    expect(copy?.userMetadata).toEqual({ ...userMetadata, [TOKEN_METADATA]: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(Object.fromEntries(copy?.tags ?? [])).toEqual(Object.fromEntries(tags));
  });

  it('and the receipt lists how each of it fared', async () => {
    await using world = await startWorld();
    const encryption = { 'x-oss-server-side-encryption': 'KMS', 'x-oss-server-side-encryption-key-id': 'key-1' };
    const locked = { 'x-oss-object-worm-mode': 'COMPLIANCE', 'x-oss-object-worm-legal-hold': 'ON' };
    const headers = { ...contentHeaders, ...locked };
    const source = { contentHeaders: headers, userMetadata, tags, storageClass: 'IA', encryption };
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), source);
    const { carried = [] } = await world.copied({ options: { ...how, acl: 'public-read' } });
    expect(Object.fromEntries(carried.map(({ name, result }) => [name, result]))).toEqual({
      contentType: 'equal',
      cacheControl: 'equal',
      contentDisposition: 'equal',
      contentEncoding: 'equal',
      contentLanguage: 'equal',
      expires: 'equal',
      metadata: 'equal',
      tags: 'equal',
      acl: 'asAsked',
      storageClass: 'notCarried',
      encryption: 'notCarried',
      retention: 'notCarried',
      legalHold: 'notCarried',
    });
    expect(carried.find(({ name }) => name === 'storageClass')).toMatchObject({
      source: 'IA',
      destination: 'Standard',
      note: expect.stringContaining('options.storageClass'),
    });
  });

  it('and says aloud what the store did not keep, without failing the copy', async () => {
    await using world = await startWorld({
      onRequest: ({ operation }) => {
        const { versionId } = world.oss.model.getObject('archive', 'copy') ?? {};
        if (versionId === undefined || operation !== 'HeadObject') return;
        const { userMetadata: all = {} } = world.oss.model.getObject('archive', 'copy') ?? {};
        const { owner: _lost, ...kept } = all;
        world.oss.model.amend('archive', 'copy', versionId, {
          userMetadata: { ...kept, note: 'other' },
          contentHeaders: { 'content-type': 'video/mp4' },
        });
      },
    });
    const given = { 'content-type': 'video/mp4', 'cache-control': 'max-age=60' };
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { contentHeaders: given, userMetadata });
    const { carried } = await world.copied({ options: how });
    expect(carried).toMatchObject([
      { name: 'contentType', result: 'equal' },
      { name: 'cacheControl', result: 'different', source: 'max-age=60' },
      { name: 'metadata', result: 'different', note: 'missing: owner; changed: note' },
      { name: 'acl', result: 'notCarried' },
      { name: 'storageClass', result: 'equal' },
    ]);
    const warnings = world.events.filter(({ type }) => type === 'warning');
    expect(warnings).toMatchObject([{ sentence: expect.stringContaining('another cacheControl, metadata') }]);
  });

  it('and an ACL that may not be read back is said to be unseen', async () => {
    const account = { ...demoOssAccount, deniedActions: [{ action: 'oss:GetObjectAcl', bucket: 'archive' }] };
    await using world = await startWorld({ accounts: [account] });
    world.oss.model.putObject('raw', 'key', seededBytes(100));
    const { carried } = await world.copied({ options: { ...how, acl: 'public-read' } });
    expect(carried).toContainEqual(expect.objectContaining({ name: 'acl', result: 'unavailable' }));
    expect(world.oss.model.getObject('archive', 'copy')?.acl).toBe('public-read');
  });

  it('not the token of an earlier copy, and none at all when none is wanted', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(100), {
      userMetadata: { [TOKEN_METADATA]: 'earlier', kept: '1' },
    });
    await world.copied({ options: how });
    expect(world.oss.model.getObject('archive', 'copy')?.userMetadata[TOKEN_METADATA]).not.toBe('earlier');
    await world.copied({ options: { ...how, token: false } });
    expect(world.oss.model.getObject('archive', 'copy')?.userMetadata).toEqual({ kept: '1' });
  });

  it('what the request gives instead', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(100), { contentHeaders, userMetadata, tags });
    const metadata = { contentType: 'text/plain', user: { fresh: 'yes' } };
    await world.copied({
      options: { ...how, metadata, tags: { only: 'this' }, acl: 'public-read', storageClass: 'IA' },
    });
    const copy = world.oss.model.getObject('archive', 'copy');
    expect(copy).toMatchObject({
      contentHeaders: { 'content-type': 'text/plain' },
      acl: 'public-read',
      storageClass: 'IA',
    });
    expect(copy?.contentHeaders).not.toHaveProperty('cache-control');
    expect(copy?.userMetadata).toMatchObject({ fresh: 'yes' });
    expect(copy?.tags).toEqual([['only', 'this']]);
  });

  it('OSS-16 encryption asked for comes back on the result', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const encryption = { kind: 'kms', keyId: '9468da86-3509-4f8d-a61e-6eab1eac0000' };
    const receipt = await world.copied({ options: { ...how, encryption } });
    expect(receipt.destination.encryption).toEqual({ algorithm: 'KMS', keyId: encryption.keyId });
    const plain = await world.copied({ options: { ...how, encryption: { kind: 'provider' } } });
    expect(plain.destination.encryption).toEqual({ algorithm: 'AES256' });
  });

  it('OSS-20 compares size and CRC-64, and says unavailable where OSS has none', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const { checks } = await world.copied({ options: how });
    const results = Object.fromEntries(checks.map(({ name, result }) => [name, result]));
    expect(results).toMatchObject({ size: 'equal', crc64ecma: 'equal', sourceUnchanged: 'equal' });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { crc64: undefined });
    const without = await world.copied({ options: how });
    expect(without.checks).toContainEqual(expect.objectContaining({ name: 'crc64ecma', result: 'unavailable' }));
  });

  it('OSS-20 fails when the CRC-64 of the copy differs from the source', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { crc64: 42n });
    const failure = await world.failed({ options: how });
    expect(failure.name).toBe('ChecksumMismatch');
    expect(failure.message).toContain('expected 42');
  });
});

describe('a required checksum', () => {
  it('is there, or the copy fails', async () => {
    await using world = await startWorld({ quirks: { crcForCopiedParts: false } });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    expect(await world.failed({ options: { ...parts, requireChecksum: true } })).toMatchObject({
      name: 'Unsupported',
    });
    await world.copied({ options: parts });
    world.expectSameBytes();
  });
});

describe('the strategy', () => {
  it('OSS-1 is one request up to 1 GB, parts above', async () => {
    await using world = await startWorld();
    world.oss.model.putVirtualObject('raw', 'key', GIB);
    // With many in flight parts would be ten times faster.
    expect(await world.copied({ options: { maxInFlight: 1 } })).toMatchObject({ strategy: 'whole' });
    world.oss.model.putVirtualObject('raw', 'key', GIB + 1);
    expect(await world.copied()).toMatchObject({ strategy: 'parts' });
  });

  it.each([0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB])('OSS-23 copies %d bytes right, both ways', async (size) => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(size));
    for (const options of [{}, parts]) {
      const receipt = await world.copied({ options });
      expect(receipt.size).toBe(size);
      world.expectSameBytes();
    }
  });

  it('skips a destination that holds the same content, when asked to', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const options = { overwrite: 'ifDifferent' };
    expect(await world.copied({ options })).toMatchObject({ strategy: 'whole' });
    expect(await world.copied({ options })).toMatchObject({ strategy: 'skip' });
    // The content decides alone; what else is another is said.
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { userMetadata: { owner: 'alice' } });
    const { carried = [] } = await world.copied({ options });
    expect(carried.filter(({ result }) => result !== 'equal')).toMatchObject([
      { name: 'metadata', result: 'notCarried', note: 'the destination was left as it is' },
    ]);
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB, 5));
    expect(await world.copied({ options })).toMatchObject({ strategy: 'whole' });
    world.expectSameBytes();
  });
});

/** The others are legal at OSS too, though not everywhere. */
const KEYS = [...WEIRD_KEYS, 'line\nfeed\ttab\u0001.txt', `long-${'ü'.repeat(509)}`];

describe.each([
  ['v1', 'path'],
  ['v1', 'virtual'],
  ['v4', 'path'],
  ['v4', 'virtual'],
] as const)('OSS-9 OSS-21 signature %s, %s addressing', (signature, addressing) => {
  it.each(KEYS)('copies the key %j right, both ways', async (key) => {
    await using world = await startWorld({ signature, addressing });
    world.oss.model.putObject('raw', key, seededBytes(MIB + 1));
    for (const options of [{}, parts]) {
      const destination = { store: 'oss', bucket: 'archive', key };
      await world.copied({ source: { store: 'oss', bucket: 'raw', key }, destination, options });
      const [source, copy] = [world.oss.model.getObject('raw', key), world.oss.model.getObject('archive', key)];
      expect(copy?.content.toBuffer().equals(source?.content.toBuffer() ?? Buffer.alloc(0))).toBe(true);
      world.oss.model.deleteObject('archive', key);
    }
  });

  it('OSS-21 OSS-22 signs with temporary credentials', async () => {
    const account = { accessKeyId: 'STS.abc', secretAccessKey: 'secret', sessionToken: 'token/+==' };
    await using world = await startWorld({ signature, addressing, accounts: [account] });
    world.oss.model.putObject('raw', 'key', seededBytes(MIB + 1));
    await world.copied({ options: parts });
    world.expectSameBytes();
  });
});
