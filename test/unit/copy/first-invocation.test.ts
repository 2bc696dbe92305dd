import { type PinnedCopy, Step } from '@objectferry/shared/contract.ts';
import { STATES } from '@objectferry/shared/naming.ts';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import type { MachineEvent } from '#infra/local/machine-event.ts';
import { startEmulated } from '../../emulated-world.ts';
import type { FaultRule } from '../../emulators/fault-plan.ts';
import { startOssEmulator } from '../../emulators/oss/emulator.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const REQUEST = { source: 's3://raw/key', destination: 's3://archive/copy' };
const BYTES = seededBytes(1000);
const GATEWAY = { quirks: { copyConditions: 'honoured' } };
const CLONE = { quirks: { copyConditions: 'ignored' } };
// The names are those that a record of the schema library leaves out.
const METADATA = { owner: 'alice', constructor: 'c', ['__proto__']: 'p', 'a-b': 'Ä' };

/** With a tabulator, as a header may have and a request may not. */
const CONTENT_TYPE = 'film/x;\tq=1';

/** A small object at a store that keeps versions of the destination, and what CopyWhole is entered with. */
async function start({
  store = GATEWAY,
  rules = [],
  metadata = { owner: 'alice' },
}: {
  readonly store?: object;
  readonly rules?: readonly FaultRule[];
  readonly metadata?: Readonly<Record<string, string>>;
} = {}) {
  const emulator = await startS3Emulator({
    buckets: ['raw', { name: 'archive', versioning: 'enabled' }],
    faults: { seed: 1, rules },
  });
  const tags: [string, string][] = [['kind', 'film']];
  emulator.model.putObject('raw', 'key', BYTES, {
    userMetadata: metadata,
    tags,
    contentHeaders: { 'content-type': CONTENT_TYPE },
  });
  let entered: unknown;
  const onEvent = (event: MachineEvent): void => {
    if (event.type === 'StateEntered' && event.state.name === 'CopyWhole') entered = event.state.input;
  };
  const world = startEmulated('s3', emulator, { stores: { s3: store }, onEvent });
  const count = (operation: string) => emulator.requests.count(operation);
  return {
    ...world,
    heads: () => emulator.requests.recent.filter(({ operation }) => operation === 'HeadObject').map(({ key }) => key),
    count,
    versions: () => emulator.model.bucket('archive')?.objects.get('copy')?.length ?? 0,
    pinned: (): PinnedCopy => {
      const step = v.parse(Step, entered);
      return step.strategy === 'whole' ? step.copy : expect.fail(`the strategy is ${step.strategy}`);
    },
    /** Enters CopyWhole again, as a machine that was killed in it. */
    again: (copy: PinnedCopy) => {
      const resume = { state: 'CopyWhole', input: { strategy: 'whole', copy }, startedAt: new Date() };
      return runCopy({ request: REQUEST, runtime: world.runtime, resume, retryIntervalMs: 1 });
    },
    deployed: () => {
      const resume = { state: STATES.start, input: REQUEST, startedAt: new Date() };
      return runCopy({ request: REQUEST, runtime: world.runtime, resume, retryIntervalMs: 1 });
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe('a small object is copied', () => {
  it.each([GATEWAY, CLONE])(
    'by three requests where the machine knows that nothing was done before: %o',
    async (store) => {
      await using world = await start({ store });
      await world.copied({ tags: 'none' });
      expect(world.heads()).toEqual(['key', 'copy']);
      expect(world.emulator.requests.recent).toHaveLength(3);
    },
  );

  it.each([GATEWAY, CLONE])('with a look at both sides before it where nobody knows: %o', async (store) => {
    await using world = await start({ store });
    expect(await world.deployed()).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.heads()).toEqual(['key', 'copy', 'key', 'copy']);
  });

  it('with a look at the destination alone where conditions are known to hold', async () => {
    const emulator = await startOssEmulator({ buckets: ['raw', 'archive'] });
    emulator.model.putObject('raw', 'key', BYTES);
    await using world = startEmulated('oss', emulator);
    const request = { source: 'oss://raw/key', destination: 'oss://archive/copy' };
    const resume = { state: STATES.start, input: request, startedAt: new Date() };
    expect(await runCopy({ request, runtime: world.runtime, resume })).toMatchObject({ status: 'SUCCEEDED' });
    const heads = emulator.requests.recent.filter(({ operation }) => operation === 'HeadObject');
    expect(heads.map(({ key }) => key)).toEqual(['key', 'copy', 'copy']);
  });

  it('with everything that it has besides its bytes', async () => {
    await using world = await start({ metadata: METADATA });
    const { carried } = await world.copied();
    expect(carried?.filter(({ result }) => result === 'different')).toEqual([]);
    const made = world.emulator.model.getObject('archive', 'copy');
    expect(made?.userMetadata).toMatchObject(METADATA);
    expect(made).toMatchObject({ contentHeaders: { 'content-type': CONTENT_TYPE }, tags: [['kind', 'film']] });
  });
});

describe('the state', () => {
  it('has neither a token beside the pinned one nor what is long, which is read again', async () => {
    await using world = await start({ metadata: { owner: 'alice', long: 'x'.repeat(1500) } });
    await world.copied();
    const { object, token } = world.pinned();
    expect(object?.metadata).toEqual([
      ['owner', 'alice'],
      ['long', 'x'.repeat(1500)],
    ]);
    expect(token).toBeDefined();
    expect(JSON.stringify(object)).not.toContain(token);
  });

  it('does not hold what is long: it is read again', async () => {
    await using world = await start();
    const long = { user: { a: 'x'.repeat(1900) }, cacheControl: 'y'.repeat(2500) };
    await world.copied({ metadata: long });
    expect(world.pinned().object).toBeUndefined();
    expect(world.heads()).toEqual(['key', 'key', 'copy']);
    expect(world.emulator.model.getObject('archive', 'copy')?.userMetadata).toMatchObject(long.user);
  });
});

describe('an invocation that is not the first one finds that the work is done', () => {
  it('after one that failed behind its work', async () => {
    const fault = { kind: 'status', status: 503, code: 'ServiceUnavailable' } as const;
    // As often as one invocation tries its last look.
    await using world = await start({ rules: [{ operation: 'HeadObject', key: 'copy', times: 6, fault }] });
    await world.copied();
    expect([world.count('CopyObject'), world.versions()]).toEqual([1, 1]);
  });

  it.each([GATEWAY, CLONE])('in another process: %o', async (store) => {
    await using world = await start({ store });
    const { carried } = await world.copied();
    expect(await world.again(world.pinned())).toMatchObject({ status: 'SUCCEEDED', output: { carried } });
    expect([world.count('CopyObject'), world.versions()]).toEqual([1, 1]);
  });
});

it('a source that was replaced before a repeated invocation leaves the destination as it is', async () => {
  await using world = await start({ store: CLONE });
  await world.copied();
  const pinned = { ...world.pinned(), token: 'another copy' };
  world.emulator.model.putObject('raw', 'key', seededBytes(1000, 2));
  expect(await world.again(pinned)).toMatchObject({ status: 'FAILED', error: 'SourceChanged' });
  expect([world.count('CopyObject'), world.versions()]).toEqual([1, 1]);
});
