import { describe, expect, test } from 'vitest';
import { ROWS } from '../../bench/budgets.ts';
import { grossRegressions, judge } from '../../bench/judge.ts';
import { OURS, SDK_RAISED } from '../../bench/names.ts';
import { recordedResult, worsened } from './recorded.ts';

const verdicts = (result = recordedResult()) => judge(result).flatMap((row) => row.verdicts);

describe('budgets', () => {
  test('what stays below its bound is reached, and what was not measured is not', () => {
    const measured = verdicts().filter(({ value }) => value !== undefined);
    const missed = measured.filter(({ reached }) => !reached).map(({ budget }) => budget.label);
    // OSS charges a fiftieth of what S3 does, whoever copies.
    expect(missed).toEqual(["of OSS's price for the requests"]);
    const absent = verdicts().filter(({ value }) => value === undefined);
    expect(new Set(absent.map(({ budget }) => budget.section))).toEqual(new Set(['small-objects', 'large-objects']));
    expect(absent.every(({ reached }) => !reached)).toBe(true);
  });

  test('a ratio is made with the best of several in each run, and its range is told', () => {
    const cpu = verdicts().find(({ budget }) => budget.against?.includes(SDK_RAISED));
    expect(cpu?.value).toBeCloseTo(0.19 / 0.78, 10);
    expect(cpu?.low).toBeCloseTo(0.19 / 0.78, 10);
    const handler = recordedResult();
    const spans = verdicts(handler).find(({ budget }) => budget.measure === 'historyEvents');
    expect(spans).toMatchObject({ value: 306, low: 306, high: 306, reached: true });
  });

  test('a curve that bends is no line', () => {
    const straight = verdicts().find(({ budget }) => budget.measure === 'residual');
    expect(straight).toMatchObject({ reached: true });
    const bent = verdicts(worsened('growth', 'seconds-10000', 1.6)).find(({ budget }) => budget.measure === 'residual');
    expect(bent).toMatchObject({ reached: false });
  });
});

describe('a quick run', () => {
  test('has nothing to say about usual numbers', () => {
    expect(grossRegressions(recordedResult())).toEqual([]);
  });

  const watched = ROWS.flatMap(({ budgets }) => budgets).filter(({ quick }) => quick !== undefined);
  test.each(watched)('tells of $section $measure $label once it is more than twice what was usual', (budget) => {
    const { section, measure, quick = Number.NaN } = budget;
    const before = verdicts().find((one) => one.budget === budget)?.value ?? Number.NaN;
    expect(budget.subject).toBe(OURS);
    const by = (times: number) => grossRegressions(worsened(section, measure, (times * quick) / before));
    expect(by(2.1).some((sentence) => sentence.startsWith(`${section}, ${measure}: `))).toBe(true);
    expect(by(1.9).filter((sentence) => sentence.includes(budget.label))).toEqual([]);
  });

  test('watches the handler, the machine and the cold start', () => {
    expect(new Set(watched.map(({ section }) => section))).toEqual(new Set(['handler', 'machine', 'cold']));
  });
});
