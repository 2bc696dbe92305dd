import { expect, test } from 'vitest';
import { FakeMachine, FINISHED, named, parts, REPORT, toVerify } from './fake-tasks.ts';

// Of every execution: ExecutionStarted, Pass- and ChoiceStateEntered and -Exited, ExecutionSucceeded or -Failed.
const FRAME = 6;
const TASK = 5;
const CHOICE = 2;
const SUCCEED = 2;
const FAIL = 1;
const MAP = 4;
const ITERATION = 2;
const RETRY = 3;

test('one request', async () => {
  const { historyEvents } = await new FakeMachine().run();
  expect(historyEvents).toBe(FRAME + TASK + CHOICE + TASK + CHOICE + SUCCEED);
  expect(historyEvents).toBe(22);
});

test('40 spans, and so 10,000 parts, stay far below the budget of 400', async () => {
  const { historyEvents } = await new FakeMachine({ Initiate: async () => parts(40) }).run();
  expect(historyEvents).toBe(FRAME + TASK + CHOICE + MAP + 40 * (ITERATION + TASK) + TASK + CHOICE + SUCCEED);
  expect(historyEvents).toBe(306);
});

test.each([
  [1, 18],
  [40, 291],
])('another round of %i spans costs %i events', async (spans, cost) => {
  const run = async (rounds: number) => {
    let left = rounds;
    const Complete = async () => {
      left -= 1;
      return left === 0 ? FINISHED : parts(spans);
    };
    return (await new FakeMachine({ Initiate: async () => parts(spans), Complete }).run()).historyEvents;
  };
  expect((await run(3)) - (await run(2))).toBe(cost);
});

test('reading back costs a round of its own, and nothing where it is not asked for', async () => {
  const { historyEvents } = await new FakeMachine({ CopyWhole: async () => toVerify(40) }).run();
  const whole = FRAME + TASK + CHOICE + TASK + CHOICE + SUCCEED;
  expect(historyEvents - whole).toBe(MAP + 40 * (ITERATION + TASK) + TASK + CHOICE);
  expect(historyEvents - whole).toBe(291);
});

test('a retry costs three events', async () => {
  let failures = 4;
  const CopySpan = async () => {
    failures -= 1;
    if (failures >= 0) throw named('Throttled');
    return REPORT;
  };
  const { historyEvents } = await new FakeMachine({ Initiate: async () => parts(3), CopySpan }).run();
  const clean = await new FakeMachine({ Initiate: async () => parts(3) }).run();
  expect(historyEvents - clean.historyEvents).toBe(4 * RETRY);
});

test('a failed task', async () => {
  const Initiate = async () => {
    throw named('SourceNotFound');
  };
  // TaskStateEntered, TaskScheduled, TaskStarted, TaskFailed, TaskStateExited: as many as for a success.
  expect((await new FakeMachine({ Initiate }).run()).historyEvents).toBe(FRAME + TASK + TASK + FAIL);
});

test('a failed span, while two others run', async () => {
  const machine = new FakeMachine({
    Initiate: async () => parts(4),
    CopySpan: async () => {
      const call = machine.count('CopySpan');
      if (call === 1) return REPORT;
      if (call < 4) return new Promise(() => undefined);
      throw named('AccessDenied');
    },
  });
  // MapIterationStarted, TaskStateEntered, TaskScheduled, TaskStarted, TaskFailed, MapIterationFailed.
  const failed = 6;
  // MapIterationStarted, TaskStateEntered, TaskScheduled, TaskStarted, TaskStateAborted, MapIterationAborted.
  const aborted = 6;
  // MapStateEntered, MapStateStarted, MapStateFailed, MapStateExited.
  const map = 4;
  expect((await machine.run()).historyEvents).toBe(
    FRAME + TASK + CHOICE + map + (ITERATION + TASK) + failed + 2 * aborted + TASK + FAIL,
  );
});

test('items beyond the width of a failed Map are not counted, because AWS does not start them', async () => {
  const run = async (spans: number) => {
    const machine = new FakeMachine({
      Initiate: async () => parts(spans),
      CopySpan: async () => {
        if (machine.count('CopySpan') === 1) throw named('AccessDenied');
        return new Promise(() => undefined);
      },
    });
    return (await machine.run()).historyEvents;
  };
  expect(await run(90)).toBe(await run(40));
});
