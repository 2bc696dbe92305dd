import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '#infra/local/journal/journal.ts';
import { openCopiesHere } from '#infra/local/journal/journals.ts';
import { leftSentence } from '#infra/local/journal/sentences.ts';
import { crashLoop } from '../crash/crash-loop.ts';
import type { Moment } from '../crash/moment.ts';
import { Content } from '../emulators/content.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { demoOssAccount } from '../emulators/oss/emulator.ts';
import { MIB, startResumeWorld } from './resume-world.ts';

const PARTS = 8;
const keep = { onFailure: 'keep' };
const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
const noAbort: FaultRule = { operation: 'AbortMultipartUpload', fault: refused };
const noMore = (after: number): FaultRule => ({ operation: 'UploadPartCopy', after, fault: refused });

function journalsIn(folder: string): readonly string[] {
  return readdirSync(join(folder, 'copies')).filter((name) => !name.startsWith('lock'));
}

describe('a copy whose process was killed', () => {
  it('goes on in the upload that its journal names, and leaves every other upload alone', async () => {
    await using left = await startResumeWorld(PARTS);
    const { world, told } = left;
    const { model, requests } = world.oss;
    await left.killed(3);
    const foreign = model.createUpload('archive', 'copy', { initiator: 'somebody else' });
    model.putPart(foreign, { partNumber: 5, content: Content.virtual(1, MIB), etag: 'x', crc64: undefined });
    expect(openCopiesHere(left.folder)).toMatchObject([
      {
        store: 'oss',
        bucket: 'archive',
        key: 'copy',
        state: 'interrupted',
        command: expect.stringMatching(/^objectferry copy /),
      },
    ]);
    world.events.length = 0;
    requests.clear();
    expect(await left.copied()).toMatchObject({ adopted: 3, partCount: PARTS });
    expect(requests.count('InitiateMultipartUpload')).toBe(0);
    expect(requests.count('UploadPartCopy')).toBe(PARTS - 3);
    expect(told.at(-1)).toMatch(
      /^Going on with the copy that was begun at \S+ and interrupted: 3 of 8 parts are there\.$/,
    );
    // The display begins where the copy does.
    expect(world.events.slice(0, 4)).toMatchObject([
      { type: 'planned' },
      ...Array(3).fill({ type: 'part', adopted: true }),
    ]);
    world.expectSameBytes();
    expect(model.openUploads('archive').map(({ uploadId }) => uploadId)).toEqual([foreign.uploadId]);
    expect([journalsIn(left.folder), openCopiesHere(left.folder)]).toEqual([[], []]);
  });

  it.each([
    ['other bytes', 2, PARTS],
    ['the same bytes, written again', 1, PARTS],
    ['fewer bytes', 1, PARTS - 1],
  ])('begins anew when the source was replaced by %s', async (_, seed, parts) => {
    await using left = await startResumeWorld(PARTS);
    const { world, told } = left;
    await left.killed(3);
    world.oss.model.putVirtualObject('raw', 'key', parts * MIB, seed, { lastModified: new Date(Date.now() + 60_000) });
    expect(await left.copied()).toMatchObject({ adopted: 0, partCount: parts });
    expect(told.at(-1)).toMatch(/cannot go on, because the source was replaced: it begins anew\.$/);
    world.expectSameBytes();
    world.expectNoUploads();
    expect(journalsIn(left.folder)).toEqual([]);
  });

  it('begins anew when its kept parts are of another version of the source', async () => {
    await using left = await startResumeWorld(PARTS);
    await left.killed(3, keep);
    left.world.oss.model.putVirtualObject('raw', 'key', PARTS * MIB, 2);
    expect(await left.copied(keep)).toMatchObject({ adopted: 0 });
    left.world.expectSameBytes();
    left.world.expectNoUploads();
  });

  it('stays with the pinned version while there is one, and begins anew when it is gone', async () => {
    const buckets = [{ name: 'raw', versioning: 'enabled' as const }, 'archive'];
    await using left = await startResumeWorld(PARTS, [], { buckets });
    const { model } = left.world.oss;
    const pinned = model.getObject('raw', 'key');
    await left.killed(3);
    model.putVirtualObject('raw', 'key', PARTS * MIB, 2);
    const { adopted, source } = await left.copied();
    expect([adopted, source.versionId]).toEqual([3, pinned?.versionId]);
    await left.killed(3);
    const newer = model.getObject('raw', 'key')?.versionId;
    model.putVirtualObject('raw', 'key', PARTS * MIB, 3);
    model.deleteObject('raw', 'key', newer);
    expect(await left.copied()).toMatchObject({ adopted: 0 });
    expect(left.told.at(-1)).toMatch(/because that version of the source is gone: it begins anew\.$/);
    left.world.expectSameBytes();
    left.world.expectNoUploads();
  });

  it('fails and leaves nothing when the source is gone', async () => {
    await using left = await startResumeWorld(PARTS);
    await left.killed(3);
    left.world.oss.model.deleteObject('raw', 'key');
    expect(await left.run()).toMatchObject({ error: 'SourceNotFound' });
    left.world.expectNoUploads();
    expect(journalsIn(left.folder)).toEqual([]);
  });

  it('begins anew when somebody has removed its upload', async () => {
    await using left = await startResumeWorld(PARTS);
    const { model } = left.world.oss;
    await left.killed(3);
    model.requireBucket('archive').uploads.clear();
    expect(await left.copied()).toMatchObject({ adopted: 0 });
    expect(left.told.at(-1)).toMatch(/because its upload is gone: it begins anew\.$/);
    left.world.expectSameBytes();
  });

  it('while it was aborting: that is finished first, then it begins anew', async () => {
    await using left = await startResumeWorld(PARTS, [noMore(3), noAbort]);
    const { world } = left;
    const failed = await left.run();
    expect(failed).toMatchObject({ error: 'AccessDenied', left: { what: 'unremoved' } });
    expect(leftSentence(failed)).toMatch(/^The upload \w+ could not be removed: the same command tries that again/);
    // As long as that does not work, nothing new is begun.
    expect(await left.run()).toMatchObject({ error: 'AccessDenied', left: { what: 'unremoved' } });
    expect(world.oss.requests.count('InitiateMultipartUpload')).toBe(1);
    expect(world.oss.model.openUploads('archive')).toHaveLength(1);
    left.faults([]);
    expect(await left.copied()).toMatchObject({ adopted: 0 });
    world.expectSameBytes();
    world.expectNoUploads();
    expect(journalsIn(left.folder)).toEqual([]);
  });
});

describe('a copy that keeps its parts', () => {
  it('goes on with them when the same command is run again', async () => {
    await using left = await startResumeWorld(PARTS, [noMore(5)]);
    const { world, told } = left;
    const failed = await left.run(keep);
    expect(leftSentence(failed)).toMatch(
      /^Its parts are kept in the upload \w+: the same command goes on with them, objectferry uploads abort oss:\/\/archive\/copy removes them\.$/,
    );
    expect(openCopiesHere(left.folder)).toMatchObject([{ state: 'kept' }]);
    left.faults([]);
    expect(await left.copied(keep)).toMatchObject({ adopted: 5 });
    expect(told.at(-1)).toMatch(/^Going on with the copy that failed at \S+: 5 of 8 parts are there\.$/);
    expect(world.oss.requests.count('InitiateMultipartUpload')).toBe(1);
    world.expectSameBytes();
    expect(journalsIn(left.folder)).toEqual([]);
  });

  it('keeps them on Ctrl-C as well', async () => {
    const slow: FaultRule = { operation: 'UploadPartCopy', after: 3, fault: { kind: 'latency', ms: 200 } };
    await using left = await startResumeWorld(PARTS, [slow]);
    const stop = new AbortController();
    const stopping = left.run(keep, { signal: stop.signal });
    await expect.poll(() => left.world.oss.requests.count('UploadPartCopy'), { interval: 5 }).toBeGreaterThanOrEqual(3);
    stop.abort();
    expect(await stopping).toMatchObject({ error: 'Stopped', left: { what: 'kept' } });
    expect(left.world.oss.model.openUploads('archive')).toHaveLength(1);
    left.faults([]);
    expect((await left.copied(keep)).adopted).toBeGreaterThanOrEqual(3);
  });

  it('leaves no empty upload when the answer of Initiate was lost', async () => {
    await using left = await startResumeWorld(PARTS, [
      { operation: 'InitiateMultipartUpload', times: 1, fault: { kind: 'lost-answer' } },
      { operation: 'InitiateMultipartUpload', fault: refused },
      { operation: 'ListMultipartUploads', times: 2, fault: refused },
    ]);
    expect(await left.run(keep)).toMatchObject({ error: 'AccessDenied' });
    expect(left.world.oss.requests.count('InitiateMultipartUpload')).toBe(2);
    left.world.expectNoUploads();
    expect(journalsIn(left.folder)).toEqual([]);
  });
});

describe('the journal of a copy', () => {
  it('is for its owner alone, holds no secret, and is locked while a process works on it', async () => {
    await using left = await startResumeWorld(PARTS);
    await left.killed(2);
    using journal = openJournal(left.folder, 'the-copy');
    expect(journal.left?.state).toBe('running');
    expect(openCopiesHere(left.folder)).toMatchObject([{ state: 'running' }]);
    expect(() => openJournal(left.folder, 'the-copy')).toThrow(
      `This very copy is being made by process ${process.pid}: wait for its end, or stop it first with kill ${process.pid}.`,
    );
    // Other copies are not kept waiting.
    openJournal(left.folder, 'another')[Symbol.dispose]();
    const path = join(left.folder, 'copies', 'the-copy');
    expect([statSync(path).mode & 0o777, statSync(join(path, 'the-copy.json')).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readFileSync(join(path, 'the-copy.json'), 'utf8')).not.toContain(demoOssAccount.secretAccessKey);
  });
});

it('a copy that is killed in Initiate, Abort, its parts and Complete is copied right, and little of it twice', async () => {
  const at = (operation: string, more: Partial<Moment> = {}): Moment => {
    return { title: operation, operation, nth: 1, delayMs: 12, ...more };
  };
  const report = await crashLoop({
    provider: 'oss',
    seed: 1,
    kills: 4,
    parts: 16,
    latencyMs: 10,
    moments: [
      at('InitiateMultipartUpload'),
      at('AbortMultipartUpload', { interruptAtPart: 7 }),
      at('UploadPartCopy', { nth: 8 }),
      at('CompleteMultipartUpload'),
    ],
  });
  // What was aborted is copied again; the other upload goes on twice.
  expect(report).toMatchObject({ kills: 4, runs: 5, copies: 1, uploads: 2, problems: [] });
});
