import { describe, expect, it } from 'vitest';
import type { Fault, FaultRule } from '../emulators/fault-plan.ts';
import { seededBytes, startWorld } from '../world.ts';

const MIB = 1024 * 1024;
const parts = { partSizeMiB: 1 };

const PASSING: readonly (readonly [string, Fault])[] = [
  ['500', { kind: 'status', status: 500, code: 'InternalError' }],
  [
    '503 with a hint',
    { kind: 'status', status: 503, code: 'TotalQpsLimitExceeded', headers: { 'x-oss-qos-delay-time': '5' } },
  ],
  [
    '503 with Retry-After',
    { kind: 'status', status: 503, code: 'ServiceUnavailable', headers: { 'retry-after': '1' } },
  ],
  ['429', { kind: 'status', status: 429, code: 'TooManyRequests' }],
  ['502 without a document', { kind: 'status', status: 502, code: '' }],
  ['an empty body', { kind: 'empty-body' }],
  ['an error in a 200', { kind: 'error-in-200', code: 'InternalError' }],
  ['a cut body', { kind: 'cut-body' }],
  ['malformed XML', { kind: 'malformed-xml' }],
  ['a reset', { kind: 'reset' }],
  ['a lost answer', { kind: 'lost-answer' }],
];
const ETAG_FAULTS: readonly (readonly [string, Fault])[] = [
  ['no ETag', { kind: 'missing-etag' }],
  ['an empty ETag', { kind: 'empty-etag' }],
];

/** Copies five parts under a fault and requires that the result is right and nothing is left. */
async function survives(rule: FaultRule, options: object = parts) {
  await using world = await startWorld({ faultRules: [rule] });
  world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB + 7));
  const receipt = await world.copied({ options });
  expect(world.oss.faults.log.length, 'the fault happened').toBeGreaterThan(0);
  world.expectSameBytes();
  world.expectNoUploads();
  return receipt;
}

describe.each([
  [
    'HeadObject',
    PASSING.filter(([name]) => !['an empty body', 'an error in a 200', 'a cut body', 'malformed XML'].includes(name)),
  ],
  ['InitiateMultipartUpload', PASSING],
  ['ListParts', PASSING],
  ['UploadPartCopy', [...PASSING, ...ETAG_FAULTS]],
  ['CompleteMultipartUpload', [...PASSING, ...ETAG_FAULTS]],
])('a copy in parts gets over one failure of %s', (operation, faults) => {
  it.each(faults)('%s', async (_, fault) => {
    await survives({ operation, times: 1, fault });
  });
});

describe('a copy by one request gets over one failure of CopyObject', () => {
  it.each([...PASSING, ...ETAG_FAULTS])('%s', async (_, fault) => {
    await survives({ operation: 'CopyObject', times: 1, fault }, {});
  });
});

describe('parts that are not what was asked for', () => {
  it('OSS-15 a range that OSS ignored is noticed and copied again', async () => {
    const receipt = await survives({
      operation: 'UploadPartCopy',
      partNumbers: [2],
      times: 1,
      fault: { kind: 'whole-object' },
    });
    expect(receipt.retries).toBe(1);
  });

  it('OSS-15 a part that is shorter than its answer says is caught before Complete', async () => {
    const fault: Fault = { kind: 'wrong-size', bytes: 1 };
    await using world = await startWorld({ faultRules: [{ operation: 'UploadPartCopy', partNumbers: [3], fault }] });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB + 7));
    const failure = await world.failed({ options: parts });
    expect(failure.name).toBe('ChecksumMismatch');
    expect(failure.message).toContain('part 3');
    expect(world.oss.requests.count('CompleteMultipartUpload')).toBe(0);
    expect(world.oss.model.getObject('archive', 'copy')).toBeUndefined();
    world.expectNoUploads();
  });

  it('OSS-12 OSS-13 a part that somebody replaced after it was copied is caught by its ETag', async () => {
    await using world = await startWorld({
      onRequest: ({ operation }) => {
        const [upload] = world.oss.model.openUploads('archive');
        const part = upload?.parts.get(2);
        // The second listing is that of Complete.
        if (operation !== 'ListParts' || upload === undefined || part === undefined) return;
        upload.parts.set(2, { ...part, etag: '0'.repeat(32) });
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB + 7));
    const failure = await world.failed({ options: parts });
    expect(failure.name).toBe('ChecksumMismatch');
    expect(failure.message).toContain('replaced');
    world.expectNoUploads();
  });

  it('OSS-12 a part that is sent twice is there once', async () => {
    await using world = await startWorld({
      faultRules: [{ operation: 'UploadPartCopy', timesPerPart: 1, fault: { kind: 'lost-answer' } }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB + 7));
    expect(await world.copied({ options: parts })).toMatchObject({ partCount: 5, retries: 5 });
    expect(world.oss.requests.count('UploadPartCopy')).toBe(10);
    world.expectSameBytes();
  });
});

describe('failures that do not pass', () => {
  it.each([
    ['AccessDenied', 403, 'AccessDenied'],
    ['Unauthenticated', 403, 'SignatureDoesNotMatch'],
    ['UploadGone', 404, 'NoSuchUpload'],
  ])('end as %s after one try, with the request id, and leave no upload', async (name, status, code) => {
    const fault: Fault = { kind: 'status', status, code };
    await using world = await startWorld({ faultRules: [{ operation: 'UploadPartCopy', fault }] });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    const failure = await world.failed({ options: { ...parts, maxInFlight: 1 } });
    expect(failure.name).toBe(name);
    expect(failure.message).toMatch(/request [0-9A-F]{24}/);
    expect(world.oss.requests.count('UploadPartCopy')).toBe(1);
    world.expectNoUploads();
  });

  it('take the ETag from List Parts when the answers never have one', async () => {
    const fault: Fault = { kind: 'missing-etag' };
    const receipt = await survives({ operation: 'UploadPartCopy', partNumbers: [2], fault });
    expect(receipt.adopted).toBe(5);
  });

  it('end as ProviderUnavailable when they last, after bounded tries, and leave no upload', async () => {
    const fault: Fault = { kind: 'status', status: 504, code: 'GatewayTimeout' };
    await using world = await startWorld({ faultRules: [{ operation: 'UploadPartCopy', partNumbers: [2], fault }] });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'ProviderUnavailable' });
    expect(world.oss.faults.log.length).toBeLessThanOrEqual(12 * 13);
    expect(world.oss.model.getObject('archive', 'copy')).toBeUndefined();
    world.expectNoUploads();
  });

  it('keep the parts when asked to', async () => {
    const fault: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };
    await using world = await startWorld({ faultRules: [{ operation: 'CompleteMultipartUpload', fault }] });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    expect(await world.failed({ options: { ...parts, onFailure: 'keep' } })).toMatchObject({ name: 'AccessDenied' });
    expect(world.oss.model.openUploads('archive')[0]?.parts.size).toBe(4);
  });

  it('report the first error, even when Abort fails too', async () => {
    await using world = await startWorld({
      faultRules: [
        { operation: 'UploadPartCopy', fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
        { operation: 'AbortMultipartUpload', fault: { kind: 'status', status: 500, code: 'InternalError' } },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'AccessDenied' });
  });

  it('abort again when the first abort fails', async () => {
    await using world = await startWorld({
      faultRules: [
        { operation: 'UploadPartCopy', fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
        { operation: 'AbortMultipartUpload', times: 2, fault: { kind: 'status', status: 500, code: 'InternalError' } },
        { operation: 'AbortMultipartUpload', times: 1, fault: { kind: 'lost-answer' } },
      ],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'AccessDenied' });
    world.expectNoUploads();
  });
});

describe('lost answers', () => {
  it('of Initiate: the upload nobody knows is aborted, others of that key stay', async () => {
    await using world = await startWorld({
      faultRules: [{ operation: 'InitiateMultipartUpload', times: 2, fault: { kind: 'lost-answer' } }],
    });
    const { model } = world.oss;
    model.putObject('raw', 'key', seededBytes(2 * MIB));
    const old = {
      ...model.createUpload('archive', 'copy', { initiator: 'another' }),
      initiated: new Date('2026-01-01'),
    };
    model.bucket('archive')?.uploads.set(old.uploadId, old);
    const sibling = model.createUpload('archive', 'copy2', { initiator: 'another' });
    // Of the same key and the same seconds, but somebody works on it.
    const busy = model.createUpload('archive', 'copy', { initiator: 'another' });
    const content = model.getObject('raw', 'key')?.content.slice(0, 5) ?? expect.fail('no source');
    model.putPart(busy, { partNumber: 5, content, etag: '0'.repeat(32), crc64: undefined });
    await world.copied({ options: parts });
    expect(
      model
        .openUploads('archive')
        .map(({ uploadId }) => uploadId)
        .sort(),
    ).toEqual([busy.uploadId, old.uploadId, sibling.uploadId].sort());
  });

  it('of Initiate, every time: Abort finds what is left', async () => {
    await using world = await startWorld({
      faultRules: [{ operation: 'InitiateMultipartUpload', fault: { kind: 'lost-answer' } }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'ConnectionLost' });
    world.expectNoUploads();
  });

  it('of Complete, every time: HEAD finds that the work was done', async () => {
    const receipt = await survives({ operation: 'CompleteMultipartUpload', fault: { kind: 'lost-answer' } });
    expect(receipt.destination.etag).toMatch(/-5"$/);
  });

  it('of Complete where nothing may be overwritten: our own object is recognised', async () => {
    await survives(
      { operation: 'CompleteMultipartUpload', times: 1, fault: { kind: 'lost-answer' } },
      { ...parts, overwrite: 'never' },
    );
  });

  it('of Complete without a token: content and time settle it', async () => {
    await survives(
      { operation: 'CompleteMultipartUpload', times: 1, fault: { kind: 'lost-answer' } },
      { ...parts, token: false },
    );
  });

  it('of CopyObject: no second version is made', async () => {
    await using world = await startWorld({
      buckets: ['raw', { name: 'archive', versioning: 'enabled' }],
      faultRules: [{ operation: 'CopyObject', times: 1, fault: { kind: 'lost-answer' } }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    await world.copied();
    expect(world.oss.model.listVersions('archive', 'copy')).toHaveLength(1);
  });

  it('of Complete, when somebody else overwrote the destination since: not taken for ours', async () => {
    await using world = await startWorld({
      faultRules: [{ operation: 'CompleteMultipartUpload', fault: { kind: 'lost-answer' } }],
      onRequest: ({ operation, bucket }) => {
        if (operation !== 'HeadObject' || bucket !== 'archive') return;
        world.oss.model.putObject('archive', 'copy', seededBytes(4 * MIB, 9));
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    expect(await world.failed({ options: parts })).toMatchObject({ name: 'UploadGone' });
  });
});

describe('throttling', () => {
  it('slows the copy down instead of ending it, and is counted', async () => {
    const headers = { 'x-oss-qos-delay-time': '20' };
    await using world = await startWorld({
      faults: {
        seed: 1,
        rules: [],
        rate: { perSecond: 200, operations: ['UploadPartCopy'], status: 503, code: 'TotalQpsLimitExceeded', headers },
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(60 * MIB));
    const receipt = await world.copied({ options: { ...parts, maxInFlight: 16 } });
    expect(receipt.throttles).toBe(receipt.retries);
    world.expectSameBytes();
  });
});
