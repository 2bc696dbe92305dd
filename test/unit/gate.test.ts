import { setImmediate } from 'node:timers/promises';
import { createGate } from '@objectferry/shared/gate.ts';
import { expect, test } from 'vitest';

test('lets so many through at a time, in the order in which they came, and failures leave their place', async () => {
  const { through } = createGate(2);
  const began: number[] = [];
  let inside = 0;
  const work = (number: number) =>
    through(async () => {
      began.push(number);
      inside += 1;
      expect(inside).toBeLessThanOrEqual(2);
      await setImmediate();
      inside -= 1;
      if (number % 3 === 0) throw new Error(`number ${number}`);
      return number;
    });
  const ended = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6].map(work));
  expect(began).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(ended.map(({ status }) => status === 'fulfilled')).toEqual([false, true, true, false, true, true, false]);
  // All places are free again.
  expect(await Promise.all([through(async () => 'a'), through(async () => 'b')])).toEqual(['a', 'b']);
});
