import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { afterAll, describe, expect, it } from 'vitest';
import type { Execution, Executions } from '#functions/executions.ts';
import { ExecutionConflict } from '#functions/executions.ts';
import { createLocalExecutions, type LocalExecutionsOptions } from '#infra/local/executions/local-executions.ts';
import { startWorld, type World, type WorldOptions } from '../world.ts';

const MIB = 1024 * 1024;
const root = await mkdtemp(join(tmpdir(), 'objectferry-executions-'));
afterAll(() => rm(root, { recursive: true }));

let folders = 0;
function newFolder(): string {
  folders += 1;
  return join(root, String(folders));
}

async function worldWith(size: number, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  world.oss.model.putVirtualObject('raw', 'key', size);
  return world;
}

function open(world: World, folder: string, options: Partial<LocalExecutionsOptions> = {}) {
  return createLocalExecutions({ runtime: world.runtime, folder, run: { retryIntervalMs: 1 }, ...options });
}

const request = { source: 'oss://raw/key', destination: 'oss://archive/copy', options: { partSizeMiB: 1 } };

/** The execution once it has ended. */
async function ended(executions: Executions, id: string): Promise<Execution> {
  return expect
    .poll(() => executions.describe(id), { timeout: 20_000, interval: 5 })
    .not.toMatchObject({ state: 'running' })
    .then(async () => (await executions.describe(id)) ?? expect.fail(`${id} is gone`));
}

/** So many parts have been asked for. */
async function partsAsked(world: World, count: number): Promise<void> {
  await expect.poll(() => world.oss.requests.count('UploadPartCopy'), { interval: 2 }).toBeGreaterThanOrEqual(count);
}

const slowParts = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 20 } } as const;

describe('executions on this machine', () => {
  it('run to a receipt, and tell what was pinned', async () => {
    await using world = await worldWith(8 * MIB);
    await using executions = open(world, newFolder());
    expect(await executions.start({ id: 'one', request })).toBe('started');
    const execution = await ended(executions, 'one');
    expect(execution).toMatchObject({ id: 'one', state: 'succeeded', request });
    expect(parse(Receipt, execution.output, 'The receipt')).toMatchObject({ partCount: 8 });
    expect(await executions.pinned('one')).toMatchObject({ size: 8 * MIB, partCount: 8, uploadId: expect.any(String) });
    world.expectSameBytes();
    world.expectNoUploads();
  });

  it('start once, whoever starts the same id again; another request under it is a conflict', async () => {
    await using world = await worldWith(MIB);
    const folder = newFolder();
    {
      await using executions = open(world, folder);
      const starts = Array.from({ length: 20 }, () => executions.start({ id: 'same', request }));
      expect((await Promise.all(starts)).toSorted()).toEqual([...Array(19).fill('exists'), 'started']);
      await ended(executions, 'same');
    }
    await using executions = open(world, folder);
    expect(
      await executions.start({
        id: 'same',
        request: { options: request.options, destination: request.destination, source: request.source },
      }),
    ).toBe('exists');
    await expect(executions.start({ id: 'same', request: { ...request, options: {} } })).rejects.toThrow(
      ExecutionConflict,
    );
    expect(world.oss.requests.count('InitiateMultipartUpload')).toBe(1);
  });

  it.each(['../outside', 'a/b', '', '.', 'x'.repeat(81), 'a\u0000b'])('know no execution named %j', async (id) => {
    await using world = await worldWith(1);
    const folder = newFolder();
    await mkdir(folder);
    await writeFile(join(folder, '..', 'outside.json'), '{}');
    await using executions = open(world, folder);
    await expect(executions.start({ id, request })).rejects.toThrow(/must be 1 to 80 letters/);
    expect(await executions.describe(id)).toBeUndefined();
    expect(await executions.pinned(id)).toBeUndefined();
    await executions.stop(id, 'no reason');
    await expect(executions.redrive(id)).rejects.toThrow(/There is no execution/);
  });

  it('say what failed as the machine does', async () => {
    await using world = await startWorld();
    await using executions = open(world, newFolder());
    await executions.start({ id: 'bad', request: { source: 'oss://raw/key' } });
    expect(await ended(executions, 'bad')).toMatchObject({
      state: 'failed',
      error: 'InvalidRequest',
      cause: expect.stringContaining('destination is missing.'),
    });
    expect(await executions.pinned('bad')).toBeUndefined();
  });
});

describe('an execution that is stopped', () => {
  it('aborts its upload and keeps the reason', async () => {
    await using world = await worldWith(200 * MIB, { faultRules: [slowParts], maxInFlight: 4 });
    await using executions = open(world, newFolder());
    await executions.start({ id: 'long', request });
    await partsAsked(world, 8);
    await executions.stop('long', 'Somebody asked for it.');
    expect(await ended(executions, 'long')).toMatchObject({
      state: 'stopped',
      error: 'Stopped',
      cause: 'Somebody asked for it.',
    });
    world.expectNoUploads();
    expect(world.oss.model.getObject('archive', 'copy')).toBeUndefined();
    await executions.stop('long', 'Again.');
    expect(await executions.describe('long')).toMatchObject({ cause: 'Somebody asked for it.' });
  });

  it('never begins when it was waiting for its turn', async () => {
    await using world = await worldWith(200 * MIB, { faultRules: [slowParts], maxInFlight: 4 });
    await using executions = open(world, newFolder(), { maxRunning: 1 });
    await executions.start({ id: 'first', request });
    await executions.start({ id: 'second', request: { ...request, destination: 'oss://archive/second' } });
    await executions.stop('second', 'Not wanted any more.');
    expect(await executions.describe('second')).toMatchObject({ state: 'stopped', endedAt: expect.any(Date) });
    await partsAsked(world, 1);
    await executions.stop('first', 'Enough.');
    await ended(executions, 'first');
    const keys = world.oss.requests.recent.map(({ key }) => key);
    expect(keys).toContain('copy');
    expect(keys).not.toContain('second');
  });
});

describe('an execution whose time is over', () => {
  it('is reported as that, and leaves no upload', async () => {
    await using world = await worldWith(2000 * MIB, { faultRules: [slowParts], maxInFlight: 4 });
    await using executions = open(world, newFolder(), { run: { timeoutSeconds: 1, retryIntervalMs: 1 } });
    await executions.start({ id: 'late', request });
    expect(await ended(executions, 'late')).toMatchObject({ state: 'timedOut', error: 'States.Timeout' });
    expect(world.oss.requests.count('UploadPartCopy')).toBeGreaterThan(0);
    world.expectNoUploads();
  });
});

describe('more executions than may run at a time', () => {
  it('wait in the order in which they were started', async () => {
    await using world = await worldWith(3 * MIB);
    const began: string[] = [];
    let running = 0;
    let most = 0;
    await using executions = open(world, newFolder(), {
      maxRunning: 2,
      onChange: ({ id, state }) => {
        running += state === 'running' ? 1 : -1;
        most = Math.max(most, running);
        if (state === 'running') began.push(id);
      },
    });
    const ids = Array.from({ length: 7 }, (_, index) => `n${index}`);
    for (const id of ids) await executions.start({ id, request: { ...request, destination: `oss://archive/${id}` } });
    for (const id of ids) expect(await ended(executions, id)).toMatchObject({ state: 'succeeded' });
    expect(began).toEqual(ids);
    expect(most).toBe(2);
  });
});

describe('the list of executions', () => {
  it('is newest first, by state, and page by page whatever is started meanwhile', async () => {
    await using world = await worldWith(1);
    let now = Date.parse('2026-11-21T00:00:00Z');
    const clock = { ...world.runtime.clock, now: () => new Date(now) };
    const runtime = { ...world.runtime, clock };
    await using executions = createLocalExecutions({ runtime, folder: newFolder(), run: { retryIntervalMs: 1 } });
    // Two of each instant: their order is that of their ids.
    for (let index = 0; index < 12; index += 1) {
      if (index % 2 === 0) now += 1000;
      const id = `c${String(index).padStart(2, '0')}`;
      await executions.start({ id, request: index % 3 === 0 ? {} : request });
      await ended(executions, id);
    }
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await executions.list({ limit: 5, next });
      seen.push(...page.executions.map(({ id }) => id));
      next = page.next;
      now += 1000;
      await executions.start({ id: `later${now}`, request: {} });
    } while (next !== undefined);
    expect(seen).toEqual(['c10', 'c11', 'c08', 'c09', 'c06', 'c07', 'c04', 'c05', 'c02', 'c03', 'c00', 'c01']);
    const succeeded = await executions.list({ state: 'succeeded' });
    expect(succeeded.executions.map(({ id }) => id)).toEqual(['c10', 'c11', 'c08', 'c07', 'c04', 'c05', 'c02', 'c01']);
    expect(succeeded.next).toBeUndefined();
    expect((await executions.list({ state: 'timedOut' })).executions).toEqual([]);
    await expect(executions.list({ next: 'nonsense' })).rejects.toThrow(/next is not one that a page ended with/);
  });
});

describe('an execution that is redriven', () => {
  const keep = { ...request, options: { ...request.options, onFailure: 'keep' } };

  it('goes on with the parts that it kept', async () => {
    const broken = {
      operation: 'CompleteMultipartUpload',
      fault: { kind: 'status', status: 403, code: 'AccessDenied' },
    } as const;
    await using world = await worldWith(12 * MIB, { faultRules: [{ ...broken, times: 1 }] });
    await using executions = open(world, newFolder());
    await executions.start({ id: 'kept', request: keep });
    expect(await ended(executions, 'kept')).toMatchObject({ state: 'failed', error: 'AccessDenied' });
    expect(world.oss.model.openUploads('archive')).toHaveLength(1);
    const before = world.oss.requests.count('UploadPartCopy');
    await executions.redrive('kept');
    expect(await ended(executions, 'kept')).toMatchObject({ state: 'succeeded', request: keep });
    expect(world.oss.requests.count('UploadPartCopy')).toBe(before);
    world.expectSameBytes();
    world.expectNoUploads();
    await expect(executions.redrive('kept')).rejects.toThrow('is succeeded: only one that failed can be redriven');
  });

  it('runs again from its beginning where nothing was kept', async () => {
    await using world = await startWorld();
    await using executions = open(world, newFolder());
    await executions.start({ id: 'early', request });
    expect(await ended(executions, 'early')).toMatchObject({ state: 'failed', error: 'SourceNotFound' });
    world.oss.model.putVirtualObject('raw', 'key', 4 * MIB);
    await executions.redrive('early');
    expect(await ended(executions, 'early')).toMatchObject({ state: 'succeeded', error: undefined, cause: undefined });
  });
});

describe('a folder that cannot be written any more', () => {
  it('stops the copy before its first part, and leaves no upload', async () => {
    const slowStart = { operation: 'InitiateMultipartUpload', fault: { kind: 'latency', ms: 200 } } as const;
    await using world = await worldWith(8 * MIB, { faultRules: [slowStart] });
    const folder = newFolder();
    await using executions = open(world, folder);
    await executions.start({ id: 'unwritten', request });
    await expect.poll(() => world.oss.requests.count('HeadObject'), { interval: 2 }).toBeGreaterThan(0);
    await rm(folder, { recursive: true });
    expect(await ended(executions, 'unwritten')).toMatchObject({
      state: 'failed',
      error: 'States.Runtime',
      cause: expect.stringContaining('ENOENT'),
    });
    expect(world.oss.requests.count('UploadPartCopy')).toBe(0);
    world.expectNoUploads();
  });
});

describe('a stop that cannot be written down', () => {
  it('says so, and stops the copy all the same', async () => {
    await using world = await worldWith(200 * MIB, { faultRules: [slowParts], maxInFlight: 4 });
    const folder = newFolder();
    await using executions = open(world, folder);
    await executions.start({ id: 'full', request });
    await partsAsked(world, 1);
    await rm(folder, { recursive: true });
    await expect(executions.stop('full', 'Enough.')).rejects.toThrow('ENOENT');
    expect(await ended(executions, 'full')).toMatchObject({ state: 'stopped', cause: 'Enough.' });
    world.expectNoUploads();
  });
});

describe('the folder of executions', () => {
  it('is refused to a second one while it is in use, and free afterwards', async () => {
    await using world = await worldWith(1);
    const folder = newFolder();
    const executions = open(world, folder);
    expect(() => open(world, folder)).toThrow(/Another objectferry serve works in .*: end it first/);
    await executions.close();
    await open(world, folder).close();
  });

  it('cannot be a file', async () => {
    await using world = await worldWith(1);
    const folder = newFolder();
    await writeFile(folder, '');
    expect(() => open(world, folder)).toThrow(/cannot be used \(EEXIST\): choose another with --state-folder\./);
  });

  it('sets files aside that hold no execution, and forgets those that ended long ago', async () => {
    await using world = await worldWith(1);
    const folder = newFolder();
    {
      await using executions = open(world, folder);
      for (const id of ['old', 'fresh']) await executions.start({ id, request });
      for (const id of ['old', 'fresh']) await ended(executions, id);
    }
    const old = JSON.parse(await readFile(join(folder, 'old.json'), 'utf8'));
    await writeFile(join(folder, 'old.json'), JSON.stringify({ ...old, endedAt: '2020-01-01T00:00:00.000Z' }));
    await writeFile(join(folder, 'cut.json'), '{"version":1,"id":"cut","requ');
    await writeFile(join(folder, 'other.json'), JSON.stringify(old));
    await using executions = open(world, folder);
    expect((await executions.list({})).executions.map(({ id }) => id)).toEqual(['fresh']);
    expect(await executions.start({ id: 'cut', request })).toBe('started');
    expect((await readdir(folder)).filter((name) => name.endsWith('.broken'))).toEqual([
      'cut.json.broken',
      'other.json.broken',
    ]);
    await ended(executions, 'cut');
  });

  it('holds no half-written file after any write, and can be read by nobody else', async () => {
    await using world = await worldWith(2 * MIB);
    const folder = newFolder();
    await using executions = open(world, folder);
    await executions.start({ id: 'x', request });
    await ended(executions, 'x');
    expect((await readdir(folder)).toSorted()).toEqual(['lock.db', 'x.json']);
  });
});
