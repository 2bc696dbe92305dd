import { describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import type { Fault } from '../emulators/fault-plan.ts';
import { seededBytes, startWorld } from '../world.ts';

const MIB = 1024 * 1024;
const parts = { partSizeMiB: 1 };
const lost: Fault = { kind: 'lost-answer' };
const denied: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };
const busy: Fault = { kind: 'status', status: 503, code: 'ServiceUnavailable' };

describe('nothing goes on for ever', () => {
  it('a part that never succeeds ends the copy, although each invocation runs out of time before its tries', async () => {
    await using world = await startWorld({
      faultRules: [{ operation: 'UploadPartCopy', partNumbers: [2], fault: busy }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const result = await world.copy({ options: parts }, { invocationSeconds: 25.3 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'ProviderUnavailable' });
    expect(result.historyEvents).toBeLessThan(200);
    world.expectNoUploads();
  });

  it('an invocation that is too short for a single part says so', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const result = await world.copy({ options: parts }, { invocationSeconds: 20 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Timeout' });
    expect(JSON.stringify(result)).toContain('too short for a single part');
    world.expectNoUploads();
  });
});

describe('uploads whose id was lost', () => {
  it('are gone when Initiate gives up, whatever its last error is', async () => {
    await using world = await startWorld({
      faultRules: [
        { operation: 'InitiateMultipartUpload', times: 1, fault: lost },
        { operation: 'InitiateMultipartUpload', fault: denied },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'AccessDenied' });
    world.expectNoUploads();
  });

  it('do not fail a copy whose credentials may not list uploads', async () => {
    await using world = await startWorld({
      faultRules: [
        { operation: 'InitiateMultipartUpload', times: 1, fault: lost },
        { operation: 'ListMultipartUploads', fault: denied },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    await world.copied({ options: parts });
    world.expectSameBytes();
  });

  it('are found by Abort from what the error says, when Initiate itself could not look', async () => {
    await using world = await startWorld({
      faultRules: [
        { operation: 'InitiateMultipartUpload', times: 1, fault: lost },
        { operation: 'InitiateMultipartUpload', fault: denied },
        { operation: 'ListMultipartUploads', times: 2, fault: denied },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const { message } = await world.failed({ options: parts });
    expect(message).toMatch(/an upload may be open since \S+Z until \S+Z/);
    world.expectNoUploads();
  });

  it('are found although the clock of the provider is two minutes ahead', async () => {
    await using world = await startWorld({
      clock: () => new Date(Date.now() + 120_000),
      faultRules: [{ operation: 'InitiateMultipartUpload', fault: lost }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'ConnectionLost' });
    world.expectNoUploads();
  });

  it('are not looked for when none was asked for: uploads of others stay', async () => {
    await using world = await startWorld({ faultRules: [{ operation: 'HeadObject', fault: busy }] });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    world.oss.model.createUpload('archive', 'copy', { initiator: 'another' });
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'ProviderUnavailable' });
    expect(world.oss.model.openUploads('archive')).toHaveLength(1);
  });
});

describe('what is still open is named', () => {
  it.each([
    ['Abort fails', {}],
    ['the parts are kept', { onFailure: 'keep' }],
  ])('when %s, the error names the upload', async (_, options) => {
    await using world = await startWorld({
      faultRules: [
        { operation: 'UploadPartCopy', partNumbers: [2], fault: denied },
        { operation: 'AbortMultipartUpload', fault: denied },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const { message } = await world.failed({ options: { ...parts, ...options } });
    const [open] = world.oss.model.openUploads('archive');
    expect(message).toContain(`upload ${open?.uploadId}`);
  });
});

describe('a wrong part', () => {
  it('is never adopted for its size after its answer was refused to the end', async () => {
    await using world = await startWorld({ quirks: { crcForCopiedParts: false } });
    world.oss.model.putObject('raw', 'key', seededBytes(3 * MIB));
    const { client } = world.runtime.stores.open({ store: 'oss', bucket: 'raw', key: 'key' }, 'source');
    const copyPart = client.uploadPartCopy.bind(client);
    // A store that shifts the range of part 2 by one byte, and says so.
    Object.assign(client, {
      uploadPartCopy: (...[request, call]: Parameters<typeof copyPart>) => {
        const { range } = request;
        const shifted =
          request.partNumber === 2 && range !== undefined ? { ...range, offset: range.offset + 1 } : range;
        return copyPart({ ...request, range: shifted }, call);
      },
    });
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'ChecksumMismatch' });
    expect(world.oss.model.getObject('archive', 'copy')).toBeUndefined();
    world.expectNoUploads();
  });
});

describe('a part that is there with another size', () => {
  it('is copied again, not adopted', async () => {
    let planted = false;
    await using world = await startWorld({
      onRequest: ({ operation }) => {
        const [upload] = world.oss.model.openUploads('archive');
        if (operation !== 'ListParts' || upload === undefined || planted) return;
        planted = true;
        const content = world.oss.model.getObject('raw', 'key')?.content.slice(0, 5) ?? expect.fail('no source');
        world.oss.model.putPart(upload, { partNumber: 2, content, etag: '0'.repeat(32), crc64: undefined });
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(3 * MIB));
    expect(await world.copied({ options: parts })).toMatchObject({ adopted: 0, partCount: 3 });
    world.expectSameBytes();
  });
});

describe('without a token', () => {
  it('an object of somebody else with the same content ends the copy, but no upload is left', async () => {
    await using world = await startWorld({
      faultRules: [{ operation: 'CompleteMultipartUpload', fault: busy }],
      onRequest: ({ operation }) => {
        if (operation !== 'CompleteMultipartUpload') return;
        world.oss.model.putObject('archive', 'copy', seededBytes(2 * MIB));
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    await world.copied({ options: { ...parts, token: false } });
    world.expectNoUploads();
  });

  it('a lost Complete is settled although the clock of the provider is a minute behind', async () => {
    await using world = await startWorld({
      clock: () => new Date(Date.now() - 60_000),
      faultRules: [{ operation: 'CompleteMultipartUpload', fault: lost }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    await world.copied({ options: { ...parts, token: false } });
    world.expectSameBytes();
  });

  it('and without a checksum, an unclear CopyObject is not sent again', async () => {
    await using world = await startWorld({
      buckets: ['raw', { name: 'archive', versioning: 'enabled' }],
      faultRules: [{ operation: 'CopyObject', fault: lost }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(100), { crc64: undefined });
    expect(await world.failed({ options: { token: false } })).toMatchObject({ name: 'Unknown' });
    expect(world.oss.model.listVersions('archive', 'copy')).toHaveLength(1);
  });
});

describe('an invocation that died after its work was done', () => {
  it('of CopyWhole is repeated without a second version, even when the source is gone by then', async () => {
    await using world = await startWorld({ buckets: ['raw', { name: 'archive', versioning: 'enabled' }] });
    world.oss.model.putObject('raw', 'key', seededBytes(100));
    const { client } = world.runtime.stores.open({ store: 'oss', bucket: 'raw', key: 'key' }, 'source');
    const copyObject = client.copyObject.bind(client);
    Object.assign(client, {
      copyObject: async (...request: Parameters<typeof copyObject>) => {
        await copyObject(...request);
        world.oss.model.deleteObject('raw', 'key');
        throw Object.assign(new Error('the sandbox died'), { name: 'Sandbox.Timedout' });
      },
    });
    expect(await world.copied()).toMatchObject({ strategy: 'whole' });
    expect(world.oss.model.listVersions('archive', 'copy')).toHaveLength(1);
  });
});

describe('overwrite: never', () => {
  it.each([{}, parts])('holds on a versioned destination that somebody writes mid-copy (%o)', async (options) => {
    await using world = await startWorld({
      buckets: ['raw', { name: 'archive', versioning: 'enabled' }],
      onRequest: ({ operation }) => {
        if (!['ListParts', 'HeadObject'].includes(operation)) return;
        if (world.oss.requests.count() < 2 || world.oss.model.getObject('archive', 'copy') !== undefined) return;
        world.oss.model.putObject('archive', 'copy', seededBytes(10));
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    expect(await world.failed({ options: { ...options, overwrite: 'never' } })).toMatchObject({
      name: 'DestinationExists',
    });
    expect(world.oss.model.listVersions('archive', 'copy')).toHaveLength(1);
    world.expectNoUploads();
  });
});

describe('what was asked for and not done is said', () => {
  it('another key than the one asked for fails the copy', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const { client } = world.runtime.stores.open({ store: 'oss', bucket: 'raw', key: 'key' }, 'source');
    const head = client.head.bind(client);
    const complete = client.completeUpload.bind(client);
    const other = { algorithm: 'KMS', keyId: 'another-key' };
    Object.assign(client, {
      head: async (...request: Parameters<typeof head>) => ({ ...(await head(...request)), encryption: other }),
      completeUpload: async (...request: Parameters<typeof complete>) => ({
        ...(await complete(...request)),
        encryption: other,
      }),
    });
    const failure = await world.failed({ options: { ...parts, encryption: { kind: 'kms', keyId: 'my-key' } } });
    expect(failure.name).toBe('Unsupported');
    expect(failure.message).toContain('another-key');
  });

  it('a required checksum that the source does not have is refused before anything is copied', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB), { crc64: undefined });
    world.oss.model.putObject('archive', 'copy', seededBytes(12));
    expect(await world.failed({ options: { ...parts, requireChecksum: true } })).toMatchObject({ name: 'Unsupported' });
    expect(world.oss.requests.count('UploadPartCopy')).toBe(0);
    expect(world.oss.model.getObject('archive', 'copy')?.content.size).toBe(12);
  });

  it('equal content is copied again when another storage class is asked for', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(100));
    await world.copied();
    const receipt = await world.copied({ options: { overwrite: 'ifDifferent', storageClass: 'IA' } });
    expect(receipt.strategy).toBe('whole');
    expect(world.oss.model.getObject('archive', 'copy')?.storageClass).toBe('IA');
  });

  it('a destination that may be written but not read is copied, and nothing is claimed of it', async () => {
    const account = {
      accessKeyId: 'AK',
      secretAccessKey: 'SK',
      deniedActions: [{ action: 'oss:GetObject', bucket: 'archive' }],
    };
    await using world = await startWorld({ accounts: [account] });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const { checks } = await world.copied({ options: parts });
    expect(checks).toContainEqual({ name: 'size', result: 'unavailable', source: String(2 * MIB) });
    world.expectSameBytes();
  });
});

describe('a large request', () => {
  it('fails with a sentence, not with the size of a state', async () => {
    await using world = await startWorld();
    world.oss.model.putObject('raw', 'key', seededBytes(100));
    const user = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`m${index}`, 'x'.repeat(8000)]));
    const request = { source: 'oss://raw/key', destination: 'oss://archive/copy', options: { metadata: { user } } };
    const result = await runCopy({ request, runtime: world.runtime, retryIntervalMs: 1 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'InvalidRequest' });
    expect(JSON.stringify(result)).toContain('The user metadata has');
  });
});

describe('an outage', () => {
  it('of a hundred failures in a row is sat out', async () => {
    await using world = await startWorld({ faultRules: [{ operation: 'UploadPartCopy', times: 100, fault: busy }] });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    await world.copied({ options: { ...parts, maxInFlight: 4 } });
    world.expectSameBytes();
    world.expectNoUploads();
  });
});
