import { describe, expect, test } from 'vitest';
import { copyDefinition } from '#infra/local/definition.ts';
import type { MachineOptions } from '#infra/local/engine.ts';
import { causeOf, FakeMachine, FINISHED, named, parts, READ, REPORT, toVerify } from './fake-tasks.ts';

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('the ways through', () => {
  test('one request', async () => {
    const machine = new FakeMachine();
    const request = { source: 's://b/k', destination: 's://b/l' };
    expect(await machine.run(request)).toMatchObject({ status: 'SUCCEEDED', output: { size: 1 } });
    expect(machine.calls).toEqual([
      { task: 'Initiate', payload: { request, startedAt: INSTANT } },
      { task: 'CopyWhole', payload: { copy: { size: 1 }, request } },
    ]);
  });

  test('nothing to do', async () => {
    const machine = new FakeMachine({ Initiate: async () => FINISHED });
    expect(await machine.run()).toMatchObject({ status: 'SUCCEEDED', output: { size: 1 } });
    expect(machine.calls).toHaveLength(1);
  });

  test('parts: every span gets the copy and itself, and Complete every report in order', async () => {
    const machine = new FakeMachine({ Initiate: async () => parts(3), CopySpan: async (payload) => ({ payload }) });
    expect(await machine.run()).toMatchObject({ status: 'SUCCEEDED', output: { size: 1 } });
    const payloads = [1, 2, 3].map((first) => ({ copy: { uploadId: 'u' }, span: { first, count: 1 } }));
    expect(machine.payload('Complete')).toEqual({
      copy: { uploadId: 'u' },
      reports: payloads.map((payload) => ({ payload })),
      done: { copied: 0 },
    });
    expect(machine.count('Abort')).toBe(0);
  });

  test('what is left goes another round, with what was done so far', async () => {
    let round = 0;
    const machine = new FakeMachine({
      Initiate: async () => parts(2),
      Complete: async () => {
        round += 1;
        if (round === 3) return FINISHED;
        return { strategy: 'parts', copy: { uploadId: 'u' }, spans: [{ first: 9, count: 1 }], done: { copied: round } };
      },
    });
    expect(await machine.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(machine.count('CopySpan')).toBe(2 + 1 + 1);
    expect(machine.payload('Complete', 2)).toMatchObject({ done: { copied: 2 }, reports: [REPORT] });
  });
});

describe('reading back', () => {
  test.each(['CopyWhole', 'Complete'] as const)(
    'follows %s: spans know the destination, and Prove all',
    async (task) => {
      const machine = new FakeMachine({
        ...(task === 'Complete' ? { Initiate: async () => parts(1) } : {}),
        [task]: async () => toVerify(2),
        VerifySpan: async (payload) => ({ payload }),
      });
      expect(await machine.run()).toMatchObject({ status: 'SUCCEEDED', output: { size: 1 } });
      const payloads = [0, 1].map((offset) => ({
        copy: { uploadId: 'u' },
        destination: { key: 'k' },
        byteSpan: { offset, length: 1 },
      }));
      expect(machine.payload('Prove')).toEqual({
        copy: { uploadId: 'u' },
        receipt: { destination: { key: 'k' } },
        reports: payloads.map((payload) => ({ payload })),
        read: { bytes: 0 },
      });
      expect(machine.count('Abort')).toBe(0);
    },
  );

  test('what is left goes another round, with what was read so far', async () => {
    let round = 0;
    const machine = new FakeMachine({
      CopyWhole: async () => toVerify(2),
      Prove: async () => {
        round += 1;
        return round === 3 ? FINISHED : { ...toVerify(1), read: { bytes: round } };
      },
    });
    expect(await machine.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(machine.count('VerifySpan')).toBe(2 + 1 + 1);
    expect(machine.payload('Prove', 2)).toMatchObject({ read: { bytes: 2 }, reports: [READ] });
  });

  test('a difference leads to Abort and is what is reported; with keep it ends where it was found', async () => {
    const machine = new FakeMachine({
      CopyWhole: async () => toVerify(1),
      VerifySpan: async () => {
        throw named('ChecksumMismatch', 'Different.');
      },
    });
    const failure = { status: 'FAILED', error: 'ChecksumMismatch', cause: causeOf('ChecksumMismatch', 'Different.') };
    expect(await machine.run()).toMatchObject(failure);
    expect(machine.count('VerifySpan')).toBe(1);
    expect(machine.payload('Abort')).toMatchObject({ state: { copy: { uploadId: 'u' } } });
    expect(await machine.run({ source: 's', options: { onFailure: 'keep' } })).toMatchObject(failure);
    expect(machine.count('Abort')).toBe(1);
  });
});

describe('with onFailure: keep', () => {
  const request = { source: 's', options: { onFailure: 'keep' } };

  test('an execution ends in the state that failed, with its error, and nothing is aborted', async () => {
    const machine = new FakeMachine({
      Initiate: async () => parts(3),
      CopySpan: async () => {
        throw named('AccessDenied', 'No.');
      },
    });
    const result = await machine.run(request);
    expect(result).toMatchObject({ status: 'FAILED', error: 'AccessDenied', cause: causeOf('AccessDenied', 'No.') });
    expect(machine.count('Abort')).toBe(0);
  });

  test.each(['Initiate', 'CopyWhole', 'Complete'] as const)('so it does in %s', async (task) => {
    const machine = new FakeMachine({
      ...(task === 'Complete' ? { Initiate: async () => parts(1) } : {}),
      [task]: async () => {
        throw named('AccessDenied');
      },
    });
    expect(await machine.run(request)).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
    expect(machine.calls.at(-1)?.task).toBe(task);
  });

  test('a redrive goes on from there with the input the state had, to the receipt', async () => {
    const inputs = new Map<string, unknown>();
    let broken = true;
    const machine = new FakeMachine({
      Initiate: async () => parts(2),
      Complete: async () => {
        if (broken) throw named('AccessDenied');
        return FINISHED;
      },
    });
    const onEvent: MachineOptions['onEvent'] = (event) => {
      if (event.type === 'StateEntered') inputs.set(event.state.name, event.state.input);
    };
    await machine.run(request, { onEvent });
    broken = false;
    // What Step Functions does at a redrive: the same definition, from the state that was not left.
    const last = [...inputs.keys()].at(-1) ?? '';
    expect(last).toBe('Complete (keep)');
    const again = await machine.run(inputs.get(last), { definition: { ...copyDefinition(), StartAt: last } });
    expect(again).toMatchObject({ status: 'SUCCEEDED', output: FINISHED.receipt });
    expect(machine.calls.map(({ task }) => task)).toEqual(['Initiate', 'CopySpan', 'CopySpan', 'Complete', 'Complete']);
  });

  test.each([[{ onFailure: 'abort' }], [{ onFailure: 5 }], [{}], [null], ['keep'], [['keep']]])(
    'options %j are for Initiate to judge, on the way that aborts',
    async (options) => {
      const machine = new FakeMachine({
        Initiate: async () => {
          throw named('InvalidRequest');
        },
      });
      expect(await machine.run({ source: 's', options })).toMatchObject({ status: 'FAILED', error: 'InvalidRequest' });
      expect(machine.count('Abort')).toBe(1);
    },
  );
});

describe('failures', () => {
  test('a span is tried again on a retryable name, up to its number of attempts', async () => {
    let failures = 12;
    const CopySpan = async () => {
      failures -= 1;
      if (failures >= 0) throw named('Throttled');
      return REPORT;
    };
    const machine = new FakeMachine({ Initiate: async () => parts(1), CopySpan });
    expect(await machine.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(machine.count('CopySpan')).toBe(13);
    failures = 13;
    const other = new FakeMachine({ Initiate: async () => parts(1), CopySpan });
    expect(await other.run()).toMatchObject({ status: 'FAILED', error: 'Throttled' });
    expect(other.count('Abort')).toBe(1);
  });

  test.each(['AccessDenied', 'SourceChanged', 'TypeError'])('%s is not tried again', async (name) => {
    const machine = new FakeMachine({
      Initiate: async () => parts(1),
      CopySpan: async () => {
        throw named(name, 'No.');
      },
    });
    expect(await machine.run()).toMatchObject({ status: 'FAILED', error: name, cause: causeOf(name, 'No.') });
    expect(machine.count('CopySpan')).toBe(1);
  });

  test('Abort gets the state in which it happened, and the first error is the one reported', async () => {
    const request = { source: 's' };
    const machine = new FakeMachine({
      Initiate: async () => parts(1),
      Complete: async () => {
        throw named('ChecksumMismatch', 'Different.');
      },
      Abort: async () => {
        throw named('AccessDenied', 'Not even that.');
      },
    });
    const cause = causeOf('ChecksumMismatch', 'Different.');
    expect(await machine.run(request)).toMatchObject({ status: 'FAILED', error: 'ChecksumMismatch', cause });
    expect(machine.payload('Abort')).toEqual({
      state: { ...parts(1), reports: [REPORT], error: { Error: 'ChecksumMismatch', Cause: cause } },
      startedAt: INSTANT,
    });
  });

  test('Abort is tried again until it has worked', async () => {
    let failures = 2;
    const machine = new FakeMachine({
      CopyWhole: async () => {
        throw named('UploadGone');
      },
      Abort: async () => {
        failures -= 1;
        if (failures >= 0) throw named('ConnectionLost');
      },
    });
    expect(await machine.run()).toMatchObject({ status: 'FAILED', error: 'UploadGone' });
    expect(machine.count('Abort')).toBe(3);
  });

  test.each([['a text'], [['a', 'list']], [{ copy: { uploadId: 'of somebody else' } }]])(
    'the input %j reaches Abort only as the request, never as the copy',
    async (input) => {
      const machine = new FakeMachine({
        Initiate: async () => {
          throw named('InvalidRequest', 'Say what to copy.');
        },
      });
      expect(await machine.run(input)).toMatchObject({ status: 'FAILED', error: 'InvalidRequest' });
      expect(machine.payload('Abort')).toMatchObject({ state: { request: input } });
      expect(machine.payload('Abort')).not.toHaveProperty('state.copy');
    },
  );

  test('items of a Map that has failed do not start, and the running ones are told', async () => {
    const told: boolean[] = [];
    const machine = new FakeMachine({
      Initiate: async () => parts(100),
      CopySpan: async (_payload, abandoned) => {
        if (machine.count('CopySpan') === 40) throw named('AccessDenied');
        const { promise, resolve } = Promise.withResolvers<void>();
        abandoned.addEventListener('abort', () => {
          told.push(true);
          resolve();
        });
        await promise;
      },
    });
    expect(await machine.run()).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
    expect(machine.count('CopySpan')).toBe(40);
    expect(told).toHaveLength(39);
    expect(machine.count('Abort')).toBe(1);
  });

  test('a span in its pause before a retry is not tried again once the Map has failed', async () => {
    const machine = new FakeMachine({
      Initiate: async () => parts(2),
      CopySpan: async () => {
        if (machine.count('CopySpan') === 1) throw named('Throttled');
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw named('AccessDenied');
      },
    });
    const result = await machine.run({}, { retryIntervalMs: 30_000 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
    expect(result.seconds).toBeLessThan(5);
    expect(machine.count('CopySpan')).toBe(2);
  });
});
