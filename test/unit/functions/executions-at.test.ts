import { expect, it } from 'vitest';
import { hasOpened, mayHaveOpened } from '#functions/executions-at.ts';

const HOUR_MS = 3_600_000;
const at = (hours: number): Date => new Date(Date.UTC(2026, 0, 1) + hours * HOUR_MS);
const ended = (stop: number | undefined, isRedriven = false) => ({
  executionArn: 'arn',
  status: 'FAILED' as const,
  startDate: at(0),
  stopDate: stop === undefined ? undefined : at(stop),
  isRedriven,
});

it.each([
  ['just before the start', ended(1), -0.001, false],
  ['within what clocks may differ', ended(1), -0.0005, true],
  ['so long after the end as a frozen handler may need', ended(0.1), 2.1, true],
  ['later than that', ended(0.1), 2.2, false],
  ['in a copy of days, when Initiate was over long ago', ended(48), 5, false],
  ['in a copy of days that was redriven, at its end', ended(48, true), 49, true],
  ['while it runs', ended(undefined), 3, true],
])('the list says of an upload that was opened %s whether it may be an execution’s', (_, execution, hours, may) => {
  expect(mayHaveOpened(execution, at(hours))).toBe(may);
});

it('the history says when Initiate was invoked, and nothing between two redrives counts', () => {
  const opener = { invoked: [at(0), at(40)] };
  const opened = [-0.01, 0, 1.9, 2.1, 20, 39.9, 40, 41.9, 43].filter((hours) => hasOpened(opener, at(hours)));
  expect(opened).toEqual([0, 1.9, 40, 41.9]);
});
