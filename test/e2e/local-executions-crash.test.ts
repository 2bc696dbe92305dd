import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CopyOptions } from '@objectferry/shared/contract.ts';
import { afterAll, describe, expect, it } from 'vitest';
import type { Execution } from '#functions/executions.ts';
import { createLocalExecutions } from '#infra/local/executions/local-executions.ts';
import { Content } from '../emulators/content.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { demoOssAccount } from '../emulators/oss/emulator.ts';
import { startWorld, type World } from '../world.ts';
import { type Running, start } from './cli-process.ts';
import { keysOf, storeAt } from './cli-stores.ts';

const MIB = 1024 * 1024;
const PROCESS = fileURLToPath(import.meta.resolve('./executions-process.ts'));
const root = await mkdtemp(join(tmpdir(), 'objectferry-crash-'));
afterAll(() => rm(root, { recursive: true }));

interface Crash {
  readonly world: World;
  readonly folder: string;
  readonly process: Running;
}

interface CrashOptions {
  /** MiB, which are the parts. */
  readonly parts: number;
  readonly options?: Partial<Record<keyof CopyOptions, unknown>>;
  readonly rules?: readonly FaultRule[];
  /** The process is killed with the so-many-th request of this kind, after the emulator has done it. */
  readonly operation: string;
  readonly times?: number;
  readonly ids?: readonly string[];
  /** What happens before the kill. */
  readonly before?: (crash: Crash) => Promise<void>;
}

let folders = 0;

/** Runs copies in a process of their own, kills it with SIGKILL, and gives what is left. */
async function crashed(crash: CrashOptions): Promise<Crash & AsyncDisposable> {
  const { parts, options = {}, rules = [], operation, times = 1, ids = ['one'], before } = crash;
  const reached = Promise.withResolvers<void>();
  let seen = 0;
  const world = await startWorld({
    faultRules: rules,
    onRequest: (request) => {
      if (request.operation !== operation) return;
      seen += 1;
      if (seen === times) reached.resolve();
    },
  });
  world.oss.model.putVirtualObject('raw', 'key', parts * MIB);
  folders += 1;
  const folder = join(root, String(folders));
  const copies = ids.map((id) => [id, { source: 'oss://raw/key', destination: `oss://archive/${id}`, options }]);
  const job = {
    folder,
    stores: { stores: { oss: storeAt(world.oss.endpoint, { maxInFlight: 4 }) } },
    env: keysOf(demoOssAccount),
    maxRunning: 1,
    copies: Object.fromEntries(copies),
  };
  const child = start(PROCESS, [JSON.stringify(job)], { env: {} });
  const left: Crash = { world, folder, process: child };
  await Promise.race([reached.promise, child.ended.then(({ stderr }) => expect.fail(stderr))]);
  await before?.(left);
  child.kill('SIGKILL');
  await child.ended;
  return { ...left, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Opens what a crash has left, and waits until everything has ended. */
async function goneOn({ world, folder }: Crash): Promise<ReadonlyMap<string, Execution>> {
  await using executions = createLocalExecutions({ runtime: world.runtime, folder, run: { retryIntervalMs: 1 } });
  await expect
    .poll(async () => (await executions.list({ state: 'running' })).executions, { timeout: 20_000, interval: 10 })
    .toEqual([]);
  const { executions: all } = await executions.list({});
  const ended = await Promise.all(all.map(async ({ id }) => [id, await executions.describe(id)] as const));
  return new Map(ended.flatMap(([id, execution]) => (execution === undefined ? [] : [[id, execution]])));
}

/** The work is done and the answer is on its way for longer than the process lives. */
const late = (operation: string): FaultRule => ({
  operation,
  times: 1,
  fault: { kind: 'stall', ms: 60_000, where: 'body' },
});
const slowParts: FaultRule = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 20 } };
const inParts = { partSizeMiB: 1 };

describe('a process that is killed with kill -9', () => {
  it('in the middle of the parts: the next one copies what is missing, in the same upload', async () => {
    await using crash = await crashed({
      parts: 60,
      options: inParts,
      rules: [slowParts],
      operation: 'UploadPartCopy',
      times: 20,
    });
    const { world } = crash;
    const [upload] = world.oss.model.openUploads('archive');
    const one = (await goneOn(crash)).get('one');
    expect(one).toMatchObject({ state: 'succeeded', output: { partCount: 60, adopted: expect.any(Number) } });
    expect(one).toHaveProperty('output.adopted', expect.closeTo(20, -1.3));
    expect(world.oss.requests.count('InitiateMultipartUpload')).toBe(1);
    expect(upload).toBeDefined();
    world.expectNoUploads();
    world.expectSameBytes({ bucket: 'archive', key: 'one' });
  });

  it('while Initiate opens the upload: the next one aborts it, and nobody else’s', async () => {
    await using crash = await crashed({
      parts: 6,
      options: inParts,
      rules: [late('InitiateMultipartUpload')],
      operation: 'InitiateMultipartUpload',
      before: async ({ world }) => {
        await expect.poll(() => world.oss.model.openUploads('archive').length).toBe(1);
      },
    });
    const { world } = crash;
    // Of another key, opened in the same moment; and of the same key, with a part.
    const opened = { initiator: 'somebody else' };
    world.oss.model.createUpload('archive', 'other', opened);
    const working = world.oss.model.createUpload('archive', 'one', opened);
    world.oss.model.putPart(working, {
      partNumber: 1,
      content: Content.ofBytes(Buffer.from('x')),
      etag: 'x',
      crc64: undefined,
    });
    expect((await goneOn(crash)).get('one')).toMatchObject({ state: 'succeeded', output: { adopted: 0 } });
    expect(world.oss.model.openUploads('archive').map(({ key }) => key)).toEqual(['one', 'other']);
    expect(world.oss.model.upload('archive', 'one', working.uploadId)).toBe(working);
    world.expectSameBytes({ bucket: 'archive', key: 'one' });
  });

  it('when the provider had completed, and nothing may be overwritten: the next one finds its own object', async () => {
    await using crash = await crashed({
      parts: 4,
      options: { ...inParts, overwrite: 'never' },
      rules: [late('CompleteMultipartUpload')],
      operation: 'CompleteMultipartUpload',
      before: async ({ world }) => {
        await expect.poll(() => world.oss.model.getObject('archive', 'one')).toBeDefined();
      },
    });
    expect((await goneOn(crash)).get('one')).toMatchObject({ state: 'succeeded' });
    expect(crash.world.oss.requests.count('CompleteMultipartUpload')).toBe(1);
    crash.world.expectNoUploads();
  });

  it('when the provider had copied with one request: the same', async () => {
    await using crash = await crashed({
      parts: 1,
      options: { overwrite: 'never' },
      rules: [late('CopyObject')],
      operation: 'CopyObject',
      before: async ({ world }) => {
        await expect.poll(() => world.oss.model.getObject('archive', 'one')).toBeDefined();
      },
    });
    expect((await goneOn(crash)).get('one')).toMatchObject({ state: 'succeeded' });
    expect(crash.world.oss.requests.count('CopyObject')).toBe(1);
  });

  it('while a copy that failed is cleaned up: the next one cleans up, and reports the same failure', async () => {
    const refused: FaultRule = {
      operation: 'UploadPartCopy',
      after: 3,
      fault: { kind: 'status', status: 403, code: 'AccessDenied' },
    };
    const unheard: FaultRule = {
      operation: 'AbortMultipartUpload',
      times: 1,
      fault: { kind: 'stall', ms: 60_000, where: 'before' },
    };
    await using crash = await crashed({
      parts: 8,
      options: inParts,
      rules: [refused, unheard],
      operation: 'AbortMultipartUpload',
    });
    expect(crash.world.oss.model.openUploads('archive')).toHaveLength(1);
    expect((await goneOn(crash)).get('one')).toMatchObject({ state: 'failed', error: 'AccessDenied' });
    crash.world.expectNoUploads();
  });

  it('after somebody asked for a stop: the next one stops, and does not go on', async () => {
    await using crash = await crashed({
      parts: 400,
      options: inParts,
      rules: [slowParts],
      operation: 'UploadPartCopy',
      times: 10,
      before: async ({ process }) => {
        process.kill('SIGUSR2');
        await process.printed(/stopping/);
      },
    });
    const parts = crash.world.oss.requests.count('UploadPartCopy');
    expect((await goneOn(crash)).get('one')).toMatchObject({ state: 'stopped', cause: 'asked for' });
    crash.world.expectNoUploads();
    // A few were on their way when the process died.
    expect(crash.world.oss.requests.count('UploadPartCopy') - parts).toBeLessThanOrEqual(4);
  });

  it('while others wait for their turn: the next one runs them too', async () => {
    const ids = ['one', 'two', 'three'];
    await using crash = await crashed({
      parts: 20,
      options: inParts,
      rules: [slowParts],
      operation: 'UploadPartCopy',
      times: 5,
      ids,
    });
    const ended = await goneOn(crash);
    for (const id of ids) {
      expect(ended.get(id)).toMatchObject({ state: 'succeeded' });
      crash.world.expectSameBytes({ bucket: 'archive', key: id });
    }
    expect(crash.world.oss.requests.count('InitiateMultipartUpload')).toBe(3);
    crash.world.expectNoUploads();
  });

  it('with parts to be kept: the next one goes on with them', async () => {
    await using crash = await crashed({
      parts: 30,
      options: { ...inParts, onFailure: 'keep' },
      rules: [slowParts],
      operation: 'UploadPartCopy',
      times: 10,
    });
    expect((await goneOn(crash)).get('one')).toMatchObject({ state: 'succeeded' });
    expect(crash.world.oss.requests.count('InitiateMultipartUpload')).toBe(1);
    crash.world.expectNoUploads();
  });
});
