import { isRetryable } from '@objectferry/shared/errors.ts';
import { describe, expect, it } from 'vitest';
import type { Target } from '../emulators/faults.ts';
import type { ObsAccount } from '../emulators/obs/context.ts';
import { demoObsAccount } from '../emulators/obs/emulator.ts';
import { seededBytes } from '../world.ts';
import { PLAIN } from './harness.ts';
import { idsOf, startObsWorld, WAYS } from './obs-world.ts';

const MIB = 1024 * 1024;
const SIZE = 6 * MIB;
const UPLOAD = { bucket: 'archive', key: 'copy' };
const SOURCE = { bucket: 'raw', key: 'key' };

type World = Awaited<ReturnType<typeof startObsWorld>>;

describe.each(WAYS)('OBS refuses, in dialect $dialect with signature $signature', (way) => {
  it('OBS-3 a part number sent again replaces the part: only the newest is listed, and only the newest completes', async () => {
    await using world = await startObsWorld(way);
    const { client } = world;
    world.emulator.model.putObject('raw', 'key', seededBytes(1000));
    const upload = { ...UPLOAD, ...(await client.createUpload({ ...UPLOAD, object: PLAIN })) };
    const copy = (length: number) =>
      client.uploadPartCopy({ upload, partNumber: 1, source: SOURCE, range: { offset: 0, length } });
    const sent = await client.uploadPart({ upload, partNumber: 1, body: seededBytes(7, 2) });
    const older = await copy(10);
    const newest = await copy(20);
    expect(new Set([sent.etag, older.etag, newest.etag]).size).toBe(3);
    expect(await client.listParts({ upload })).toEqual({
      parts: [{ partNumber: 1, etag: newest.etag, size: 20, crc64ecma: undefined }],
    });
    for (const { etag = '' } of [sent, older]) {
      const stale = client.completeUpload({ upload, parts: [{ partNumber: 1, etag }], overwrite: true });
      await expect(stale).rejects.toMatchObject({ name: 'ChecksumMismatch' });
    }
    await client.completeUpload({ upload, parts: [{ partNumber: 1, etag: newest.etag ?? '' }], overwrite: true });
    const stored = world.emulator.model.getObject('archive', 'copy')?.content.toBuffer();
    expect(stored?.equals(seededBytes(1000).subarray(0, 20))).toBe(true);
  });

  it('OBS-11 another principal adds no part to an upload, whether copied or sent', async () => {
    const other: ObsAccount = { accessKeyId: 'OTHER', secretAccessKey: 'the-other-secret' };
    await using world = await startObsWorld(way, { accounts: [demoObsAccount, other] });
    world.emulator.model.putObject('raw', 'key', seededBytes(1000));
    const [initiator, stranger] = [world.client, world.clientOf(other)];
    const upload = { ...UPLOAD, ...(await initiator.createUpload({ ...UPLOAD, object: PLAIN })) };
    const range = { offset: 0, length: 10 };
    const attempts = [
      () => stranger.uploadPartCopy({ upload, partNumber: 1, source: SOURCE, range }),
      () => stranger.uploadPart({ upload, partNumber: 1, body: seededBytes(10) }),
    ];
    for (const attempt of attempts) {
      const error = await attempt().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({
        name: 'AccessDenied',
        facts: { status: 403, code: 'AccessDenied', partNumber: 1 },
      });
      expect(isRetryable(error)).toBe(false);
    }
    expect(await initiator.listParts({ upload })).toEqual({ parts: [] });
    // Proof that the requests themselves were right: the initiator's are taken.
    expect(await initiator.uploadPartCopy({ upload, partNumber: 1, source: SOURCE, range })).toMatchObject({
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    });
  });

  it('OBS-11 a copy whose principal changes on the way fails at the first part, once, and leaves nothing', async () => {
    let principal = 'alice';
    const account: ObsAccount = {
      ...demoObsAccount,
      get principal() {
        return principal;
      },
    };
    await using world = await startObsWorld(way, {
      accounts: [account],
      onRequest: ({ operation }) => {
        principal = operation === 'UploadPartCopy' ? 'bob' : 'alice';
      },
    });
    world.emulator.model.putObject('raw', 'key', seededBytes(SIZE));
    expect(await world.failed()).toMatchObject({ name: 'AccessDenied' });
    expect(world.emulator.requests.count('UploadPartCopy')).toBe(1);
    world.expectNothingLeft();
  });

  it('OBS-5 a cold source fails after one look at it, with a sentence that says what to do', async () => {
    await using world = await startObsWorld(way);
    world.emulator.model.putObject('raw', 'key', seededBytes(SIZE), { storageClass: 'COLD' });
    const { name, message } = await world.failed();
    expect([name, message]).toEqual(['SourceArchived', expect.stringContaining('restore first, then copy')]);
    expect(world.emulator.requests.counts()).toEqual({ HeadObject: 1, GetObject: 1 });
    expect(world.events.filter(({ type }) => type === 'retry')).toEqual([]);
    world.expectNothingLeft();
  });

  it('OBS-9 temporary credentials copy with their token, and not without it or with another one', async () => {
    const account: ObsAccount = { ...demoObsAccount, sessionToken: 'the-token' };
    await using world = await startObsWorld(way, { accounts: [account] });
    world.emulator.model.putObject('raw', 'key', seededBytes(SIZE));
    expect(await world.copied()).toMatchObject({ size: SIZE, strategy: 'parts' });
    for (const wrong of [demoObsAccount, { ...account, sessionToken: 'another-token' }]) {
      await expect(world.clientOf(wrong).head({ object: SOURCE })).rejects.toMatchObject({ name: 'Unauthenticated' });
    }
  });

  const denied: { action: string; bucket: string }[] = [];

  it.each<{
    readonly code: string;
    readonly where: string;
    readonly name: string;
    readonly sentence: string;
    readonly operation: string;
    readonly places?: { readonly source?: string; readonly destination?: string };
    /** Changes the world right before the request that is refused. */
    readonly before?: (world: World, target: Target) => void;
  }>([
    {
      code: 'AccessDenied',
      where: 'reading the source',
      name: 'AccessDenied',
      sentence: 'OBS denies access to "raw/key".',
      operation: 'HeadObject',
      before: () => denied.push({ action: 'obs:object:GetObject', bucket: 'raw' }),
    },
    {
      code: 'AccessDenied',
      where: 'copying a part',
      name: 'AccessDenied',
      sentence: 'OBS denies reading "raw/key" or writing "archive/copy".',
      operation: 'UploadPartCopy',
      before: () => denied.push({ action: 'obs:object:PutObject', bucket: 'archive' }),
    },
    {
      code: 'NoSuchBucket',
      where: 'the source',
      name: 'BucketNotFound',
      sentence: 'The bucket of "nowhere/key" does not exist.',
      operation: 'HeadObject',
      places: { source: 'store://nowhere/key' },
    },
    {
      code: 'NoSuchBucket',
      where: 'the destination, which vanishes',
      name: 'BucketNotFound',
      sentence: 'does not exist.',
      operation: 'InitiateMultipartUpload',
      before: ({ emulator }) => emulator.model.deleteBucket('archive'),
    },
    {
      code: 'NoSuchKey',
      where: 'the source',
      name: 'SourceNotFound',
      sentence: 'There is no "raw/none".',
      operation: 'HeadObject',
      places: { source: 'store://raw/none' },
    },
    {
      code: 'NoSuchKey',
      where: 'the source, which vanishes',
      name: 'SourceChanged',
      sentence: 'The source was deleted while it was being copied.',
      operation: 'UploadPartCopy',
      before: ({ emulator }) => emulator.model.deleteObject('raw', 'key'),
    },
    {
      code: 'NoSuchUpload',
      where: 'the upload, which somebody aborts',
      name: 'UploadGone',
      sentence: 'The multipart upload of "archive/copy" does not exist (any more).',
      operation: 'UploadPartCopy',
      before: ({ emulator }) => {
        for (const upload of emulator.model.openUploads('archive')) emulator.model.endUpload(upload);
      },
    },
  ])('OBS-10 OBS-14 $code for $where is $name: a sentence with both ids, not retried, nothing left', async (row) => {
    denied.length = 0;
    const arranged: { world?: World } = {};
    await using world = await startObsWorld(way, {
      accounts: [{ ...demoObsAccount, deniedActions: denied }],
      onRequest: (target) => {
        if (target.operation === row.operation && arranged.world !== undefined) row.before?.(arranged.world, target);
      },
    });
    arranged.world = world;
    world.emulator.model.putObject('raw', 'key', seededBytes(SIZE));
    const { name, message } = await world.failed({}, row.places);
    expect(name).toBe(row.name);
    const refusals = world.emulator.requests.recent.filter(
      ({ operation, status }) => operation === row.operation && status >= 400,
    );
    expect(refusals).toHaveLength(1);
    for (const text of [row.sentence, row.code, idsOf(refusals[0]?.id ?? 0)]) expect(message).toContain(text);
    expect(world.events.filter(({ type }) => type === 'retry')).toEqual([]);
    world.expectNothingLeft();
  });
});
