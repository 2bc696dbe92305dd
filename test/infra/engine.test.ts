import { describe, expect, test } from 'vitest';
import type { TaskFunction } from '#infra/local/invoke.ts';
import { causeOf, FakeMachine, FINISHED, named, parts, toVerify, WHOLE } from './fake-tasks.ts';

describe('the limits of a state', () => {
  test('an answer above 256 KiB ends the execution without Abort, as on AWS', async () => {
    const machine = new FakeMachine({ Initiate: async () => ({ ...WHOLE, ballast: 'x'.repeat(256 * 1024) }) });
    const result = await machine.run();
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: expect.stringContaining('State "Initiate": its answer has 262'),
    });
    expect(machine.count('Abort')).toBe(0);
    expect(result.largestStateBytes).toBeGreaterThan(256 * 1024);
  });

  test('the limit counts bytes, not characters', async () => {
    const answer = (length: number) => ({ ...FINISHED, receipt: 'é'.repeat(length) });
    const run = (length: number) => new FakeMachine({ Initiate: async () => answer(length) }).run();
    expect(await run(131_000)).toMatchObject({ status: 'SUCCEEDED', largestStateBytes: 262_036 });
    expect(await run(131_072)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('answers that are small one by one and too large together end it before Complete', async () => {
    const machine = new FakeMachine({
      Initiate: async () => parts(40),
      CopySpan: async () => ({ ballast: 'x'.repeat(8000) }),
    });
    expect(await machine.run()).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: expect.stringContaining('State "CopyParts": its output'),
    });
    expect(machine.count('Complete')).toBe(0);
  });

  test('an input above the limit starts nothing', async () => {
    const machine = new FakeMachine();
    expect(await machine.run('x'.repeat(256 * 1024))).toMatchObject({ error: 'States.DataLimitExceeded' });
    expect(machine.calls).toEqual([]);
  });

  test('10,000 parts fit: 40 spans of 250 parts with everything that is returned', async () => {
    const machine = new FakeMachine({ Initiate: async () => parts(40) });
    const { largestStateBytes } = await machine.run();
    expect(largestStateBytes).toBeLessThan(8 * 1024);
  });
});

describe('reading 40 TB back', () => {
  test('fits: 40 spans, each with what is left of it', async () => {
    const left = { bytes: 67_108_864_000, retries: 1000, throttles: 1000 };
    const spans = Array.from({ length: 40 }, (_, index) => ({ offset: index * 1e12, length: 932_891_136_000 }));
    let rounds = 0;
    const machine = new FakeMachine({
      CopyWhole: async () => ({ ...toVerify(0), byteSpans: spans }),
      VerifySpan: async () => ({ ...left, rest: spans.at(-1) }),
      Prove: async () => {
        rounds += 1;
        return rounds === 30 ? FINISHED : { ...toVerify(0), byteSpans: spans };
      },
    });
    const { largestStateBytes, historyEvents } = await machine.run();
    expect(largestStateBytes).toBeLessThan(8 * 1024);
    expect(historyEvents).toBeLessThan(9000);
  });
});

describe('a task is run as Lambda runs a handler', () => {
  test('payload and answer travel as JSON', async () => {
    const machine = new FakeMachine({
      Initiate: async () => ({ ...FINISHED, receipt: { at: new Date(0), nothing: undefined, none: Number.NaN } }),
    });
    expect(await machine.run({ at: new Date(0), nothing: undefined })).toMatchObject({
      output: { at: '1970-01-01T00:00:00.000Z', none: null },
    });
    expect(machine.payload('Initiate')).toMatchObject({ request: { at: '1970-01-01T00:00:00.000Z' } });
  });

  test('a handler cannot change the state of the machine', async () => {
    const machine = new FakeMachine({
      Initiate: async (payload) => {
        Object.assign(Object(payload), { request: 'changed' });
        return WHOLE;
      },
    });
    await machine.run('as given');
    expect(machine.payload('CopyWhole')).toMatchObject({ request: 'as given' });
  });

  test.each([
    ['an answer above 6 MB', async () => 'x'.repeat(7 * 1024 * 1024), 'Function.ResponseSizeTooLarge'],
    ['an answer that is no JSON', async () => 1n, 'Runtime.MarshalError'],
    ['an error that is none', async () => Promise.reject('no'), 'string'],
  ])('%s', async (_what, Initiate, error) => {
    expect(await new FakeMachine({ Initiate }).run()).toMatchObject({ status: 'FAILED', error });
  });

  test('a retry waits as long as the definition says, unless told otherwise', async () => {
    let failures = 1;
    const machine = new FakeMachine({
      CopyWhole: async () => {
        failures -= 1;
        if (failures >= 0) throw named('Timeout');
        return FINISHED;
      },
    });
    const { seconds } = await machine.run({}, { retryIntervalMs: 120 });
    expect(seconds).toBeGreaterThan(0.1);
    expect(seconds).toBeLessThan(5);
  });
});

describe('stop', () => {
  const cause = causeOf('Stopped', 'The copy was stopped before it was finished.');

  test.each([
    ['CopySpan', { Initiate: async () => parts(2) }],
    ['VerifySpan', { CopyWhole: async () => toVerify(2) }],
  ])('the running %ss fail at once, Abort runs to its end', async (span, before) => {
    const stop = new AbortController();
    let stillWanted = true;
    const running: TaskFunction = async (_payload, abandoned) => {
      stop.abort();
      stillWanted = !abandoned.aborted;
      return new Promise(() => undefined);
    };
    const Abort: TaskFunction = async (_payload, abandoned) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(abandoned.aborted).toBe(false);
    };
    const machine = new FakeMachine({ ...before, [span]: running, Abort });
    expect(await machine.run({}, { signal: stop.signal })).toMatchObject({ status: 'FAILED', error: 'Stopped', cause });
    expect(stillWanted).toBe(false);
    expect(machine.payload('Abort')).toMatchObject({ state: { copy: { uploadId: 'u' }, error: { Error: 'Stopped' } } });
  });

  test('while Initiate runs it waits for the upload that Abort must know of', async () => {
    const stop = new AbortController();
    const machine = new FakeMachine({
      Initiate: async () => {
        stop.abort();
        await new Promise((resolve) => setTimeout(resolve, 30));
        return parts(2);
      },
    });
    expect(await machine.run({}, { signal: stop.signal })).toMatchObject({ status: 'FAILED', error: 'Stopped', cause });
    expect(machine.count('CopySpan')).toBe(0);
    expect(machine.payload('Abort')).toMatchObject({ state: { copy: { uploadId: 'u' } } });
  });

  test('but not for ever', async () => {
    const stop = new AbortController();
    const machine = new FakeMachine({
      CopyWhole: async () => {
        stop.abort();
        return new Promise(() => undefined);
      },
    });
    const result = await machine.run({}, { signal: stop.signal, stopGraceMs: 20 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Stopped', cause });
    expect(machine.count('Abort')).toBe(1);
  });

  test('a stop that comes too late is a copy that succeeded', async () => {
    const stop = new AbortController();
    const machine = new FakeMachine({
      CopyWhole: async () => {
        stop.abort();
        return FINISHED;
      },
    });
    expect(await machine.run({}, { signal: stop.signal })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('before the start it keeps the first task from running', async () => {
    const machine = new FakeMachine();
    const result = await machine.run({}, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Stopped', cause });
    expect(machine.calls.map(({ task }) => task)).toEqual(['Abort']);
  });

  test('after the end it does nothing', async () => {
    const stop = new AbortController();
    expect(await new FakeMachine().run({}, { signal: stop.signal })).toMatchObject({ status: 'SUCCEEDED' });
    stop.abort();
  });
});
