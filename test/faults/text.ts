import { expectedBytes } from './judge.ts';
import { FAULT_PROVIDERS, PROVIDERS, type ProviderName } from './provider.ts';
import type { RunCell, RunFamily } from './run.ts';

/** How three positions read that are alike nearly always. */
const EACH_PART = 'first part, middle part, last part';

/** Rows of one fault whose cells are alike stand together. */
interface Row {
  readonly title: string;
  readonly positions: string[];
  readonly cells: readonly string[];
}

/** Everything the run showed, as Markdown that a terminal shows just as well. */
export function tablesText(tables: readonly RunFamily[]): string {
  return tables
    .filter(({ cells }) => cells.length > 0)
    .map(tableText)
    .join('\n');
}

/** One line about all cells. */
export function summaryText(tables: readonly RunFamily[]): string {
  const cells = tables.flatMap((table) => table.cells);
  const run = cells.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
  const asExpected = cells.filter(({ outcome, problems }) => outcome !== undefined && problems.length === 0).length;
  const orphans = run.reduce((sum, outcome) => sum + outcome.orphans, 0);
  const wrong = run.filter(({ result, bytes }) => result === 'ok' && bytes === 'wrong').length;
  return `**${run.length} cells, ${asExpected} as expected, ${orphans} orphans, ${wrong} wrong objects reported as right.**`;
}

function tableText({ family: { title, text }, cells }: RunFamily): string {
  const providers = PROVIDERS.filter((name) => cells.some(({ cell }) => cell.provider === name));
  const notes: string[] = [];
  const rows = rowsOf(cells, providers, notes);
  const head = ['fault', 'at', ...providers.map((name) => FAULT_PROVIDERS[name].emulated.title)];
  const body = rows.map((row, index) => [
    rows[index - 1]?.title === row.title ? '' : row.title,
    row.positions.join(', ').replace(EACH_PART, 'each part'),
    ...row.cells,
  ]);
  const reasons = [...new Set(cells.flatMap(({ cell }) => cell.unlike ?? []))];
  return [
    `## ${title}`,
    '',
    text,
    '',
    ...aligned([head, ...body]),
    '',
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    ...(notes.length > 0 ? [''] : []),
    ...(reasons.length > 0 ? [`\`-\`: ${reasons.join(' ')}`, ''] : []),
  ].join('\n');
}

function rowsOf(cells: readonly RunCell[], providers: readonly ProviderName[], notes: string[]): Row[] {
  const rows: Row[] = [];
  for (let first = 0; first < cells.length; first += providers.length) {
    const line = cells.slice(first, first + providers.length);
    const [one] = line;
    if (one === undefined) break;
    const { spec, position } = one.cell;
    const texts = line.map((cell) => cellText(cell, notes));
    const alike = rows.find(({ title, cells: others }) => title === spec.title && others.join('|') === texts.join('|'));
    if (alike !== undefined) alike.positions.push(position);
    else rows.push({ title: spec.title, positions: [position], cells: texts });
  }
  return rows;
}

function cellText({ cell, outcome, problems }: RunCell, notes: string[]): string {
  if (outcome === undefined) return '-';
  const { result, retries, machineRetries, orphans, bytes } = outcome;
  const again = cell.spec.racy ? 0 : retries + machineRetries;
  const { because } = cell.expected;
  return [
    `${problems.length > 0 ? '**not as expected:** ' : ''}${result}`,
    ...(again === 0 ? [] : [`${again} ${again === 1 ? 'retry' : 'retries'}`]),
    ...(orphans === 0 ? [] : [`${orphans} orphans`]),
    ...(bytes === expectedBytes({ result }) ? [] : [bytesText(result, bytes)]),
  ]
    .join(', ')
    .concat(because === undefined ? '' : ` [${noteNumber(because, notes)}]`);
}

function bytesText(result: string, bytes: string): string {
  if (result === 'ok') return bytes === 'untouched' ? 'changed since' : 'WRONG BYTES';
  return bytes === 'right' ? 'object is there' : 'WRONG BYTES';
}

function noteNumber(note: string, notes: string[]): number {
  if (!notes.includes(note)) notes.push(note);
  return notes.indexOf(note) + 1;
}

/** A Markdown table whose columns are as wide as they need to be. */
export function aligned([head = [], ...body]: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)];
}
