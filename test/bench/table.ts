import { type Measure, ratiosOf, type Section, type Subject, valuesOf } from './section.ts';
import { median } from './statistics.ts';

/** A section as text: a line per measure, medians of each subject, then our ratio to each of the others. */
export function table({ title, measures, subjects, absent }: Section): string {
  const [ours, ...others] = subjects;
  const missing = absent.map((sentence) => `\n  ${sentence}`).join('');
  if (ours === undefined) return `${title}${missing}`;
  const head = ['', ...subjects.map(({ name }) => name), ...others.map(({ name }) => `÷ ${name}`)];
  const body = measures.map((measure) => [
    measure.label,
    ...subjects.map((subject) => medianText(subject, measure)),
    ...others.map((other) => ratioText(ours, other, measure)),
  ]);
  return `${title}\n\n${aligned([head, ...body])}${missing}`;
}

function medianText(subject: Subject, { key, digits }: Measure): string {
  const value = median(valuesOf(subject, key));
  return value === undefined ? '–' : number(value, digits);
}

function ratioText(ours: Subject, other: Subject, { key, ratio }: Measure): string {
  const ratios = ratio === false ? [] : ratiosOf(ours, other, key);
  const middle = median(ratios);
  if (middle === undefined) return '–';
  return `${number(middle, 2)} (${number(Math.min(...ratios), 2)}–${number(Math.max(...ratios), 2)})`;
}

function number(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('   ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
