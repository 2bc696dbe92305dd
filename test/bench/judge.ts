import { type Budget, ROWS, type Row } from './budgets.ts';
import { GROWTH_PARTS, growthKey } from './growth-parts.ts';
import { type Result, sectionOf } from './result.ts';
import { type Section, type Subject, valuesOf } from './section.ts';
import { fitLine, largestResidual, median, type Point } from './statistics.ts';

/** Beyond this a ratio is not noise any more. */
const GROSS = 2;

/** What was measured for a budget. */
export interface Verdict {
  readonly budget: Budget;
  /** The median over the runs, and their range; undefined when nothing was measured. */
  readonly value: number | undefined;
  readonly low: number;
  readonly high: number;
  readonly reached: boolean;
}

/** A row with what came out. */
export interface JudgedRow extends Pick<Row, 'what'> {
  readonly verdicts: readonly Verdict[];
}

/** Holds a result against every row. */
export function judge(result: Result): JudgedRow[] {
  return ROWS.map(({ what, budgets }) => ({ what, verdicts: budgets.map((budget) => verdictOn(result, budget)) }));
}

/** Sentences about ratios that are more than twice what a quick run had when its budget was written. */
export function grossRegressions(result: Result): string[] {
  return ROWS.flatMap(({ budgets }) => budgets).flatMap((budget) => {
    const { quick, section, measure, label } = budget;
    const { value } = verdictOn(result, budget);
    if (quick === undefined || value === undefined || value <= GROSS * quick) return [];
    return [
      `${section}, ${measure}: ${value.toFixed(2)} ${label}, and ${quick} was usual. Find out what became slow, or ` +
        'write the new number into test/bench/budgets.ts with the reason.',
    ];
  });
}

function verdictOn(result: Result, budget: Budget): Verdict {
  const section = sectionOf(result, budget.section);
  const values = section === undefined ? [] : valuesFor(section, budget);
  const value = median(values);
  const reached = value !== undefined && value <= budget.most;
  return { budget, value, low: Math.min(...values), high: Math.max(...values), reached };
}

function valuesFor(section: Section, { subject: name, measure, against, calculate }: Budget): number[] {
  const subject = section.subjects.find((one) => one.name === name);
  if (subject === undefined) return [];
  if (measure === 'residual') return [residualOf(subject)];
  const others = section.subjects.filter((one) => against?.includes(one.name));
  if (against !== undefined && others.length === 0) return [];
  if (calculate !== undefined) return calculate(valuesOf(subject, measure));
  return subject.runs
    .map((run, index) => {
      const theirs = others.map(({ runs }) => runs[index]?.[measure] ?? Number.POSITIVE_INFINITY);
      return (run[measure] ?? Number.NaN) / (against === undefined ? 1 : Math.min(...theirs));
    })
    .filter(Number.isFinite);
}

/** The curve of a contender over the number of parts: medians of its runs. */
export function curveOf({ runs }: Subject): Point[] {
  return GROWTH_PARTS.flatMap((x) => {
    const y = median(runs.map((run) => run[growthKey(x)]).filter((seconds) => seconds !== undefined));
    return y === undefined ? [] : [{ x, y }];
  });
}

function residualOf(subject: Subject): number {
  const curve = curveOf(subject);
  return curve.length < GROWTH_PARTS.length ? Number.NaN : largestResidual(curve, fitLine(curve));
}
