import { CopyError } from '@objectferry/shared/errors.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { expect, test } from 'vitest';
import type { Task } from '#functions/task.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import { withTimeLimit } from '#infra/local/time-limit.ts';

const runtime: ProcessRuntime = {
  stores: {
    open: ({ store }) => {
      throw new CopyError('InvalidRequest', `source.store is "${store}", which is not in the stores file.`);
    },
  },
  clock: { now: () => new Date(), sleep: async () => undefined },
  random: () => 0,
  newToken: () => 'token',
  customerKey: () => Promise.reject(new CopyError('InvalidConfig', 'There are no keys.')),
  observe: () => undefined,
};

const task = (run: Task['run']): Task => ({ name: 'CopySpan', run });
const unwanted = AbortSignal.abort();
const wanted = new AbortController().signal;

test.each([
  [{ source: 'a://b/k' }, 'destination is missing.'],
  ['a text', 'must be an object, but is'],
  [{ source: 'a://b/k', destination: 'a://b/l' }, 'source.store is "a", which is not in the stores file.'],
])('a bad request fails in the first task with a sentence: %j', async (request, sentence) => {
  const entered: string[] = [];
  const result = await runCopy({
    request,
    runtime,
    onEvent: (event) => event.type === 'StateEntered' && entered.push(event.state.name),
  });
  expect(result).toMatchObject({ status: 'FAILED', error: 'InvalidRequest' });
  expect(result).toHaveProperty('cause', expect.stringContaining(JSON.stringify(sentence).slice(1, -1)));
  expect(entered).toEqual(['Start', 'Keep parts on failure?', 'Initiate', 'Abort', 'Failed']);
});

test('a task sees its time run down', async () => {
  const remaining = withTimeLimit(
    task(async (_runtime, _event, { remainingMs }) => remainingMs()),
    runtime,
    900,
  );
  const ms = await remaining({}, wanted);
  expect(ms).toBeLessThanOrEqual(900_000);
  expect(ms).toBeGreaterThan(890_000);
});

test.each([
  [true, [true, false, false]],
  [undefined, [false, false, false]],
])('a task knows its first invocation where its execution is new: %j', async (isNew, expected) => {
  const first = withTimeLimit(
    task(async (_runtime, _event, { isFirst }) => isFirst),
    runtime,
    900,
    isNew,
  );
  expect([await first({}, wanted), await first({}, unwanted), await first({}, wanted)]).toEqual(expected);
});

test('a task that is abandoned sees no time left', async () => {
  const remaining = withTimeLimit(
    task(async (_runtime, _event, { remainingMs }) => remainingMs()),
    runtime,
    900,
  );
  expect(await remaining({}, unwanted)).toBe(0);
});

test('at the end of the time the invocation fails as on Lambda', async () => {
  const endless = withTimeLimit(
    task(() => new Promise(() => undefined)),
    runtime,
    0.02,
  );
  await expect(endless({}, wanted)).rejects.toMatchObject({
    name: 'Sandbox.Timedout',
    message: expect.stringContaining('Task timed out after 0.02 seconds'),
  });
});
