import { type JudgedRow, judge, type Verdict } from './judge.ts';
import type { Result } from './result.ts';
import { type Measure, ratiosOf, type Section, type Subject, valuesOf } from './section.ts';
import { median } from './statistics.ts';

const BOUND_DIGITS = 3;

/** The page of a result: what had to be reached, then every number. Equal results make equal pages. */
export function page(result: Result): string {
  const { machine, versions, date, runs, seconds, sections } = result;
  const { cores, cpu, memoryGiB, platform, node, loadBefore } = machine;
  return [
    '# Benchmarks',
    '',
    `Written by \`npm run bench\` on ${date}; do not edit it by hand. Everything is held against a peer or a floor that ran`,
    'in the same minutes on the same machine, because only such ratios mean something elsewhere.',
    '',
    '![Time of a copy by its number of parts, and processor time for each part](benchmarks.svg)',
    '',
    '## What had to be reached',
    '',
    ...markdown(['what', 'must', 'measured', 'reached?'], judge(result).map(rowCells)),
    '',
    'A number is the median of the runs, in parentheses their range. A ratio is ours through the other one within each',
    'run, so less is better. The residual of the straight line is the largest distance of a median from the line, as a',
    'share of the line; the line has the least squares of these shares, so that 10 parts weigh as much as 10,000. All',
    'numbers of parts but the first leave the same remainder when they are divided by the 256 in flight: 257 parts wait',
    'twice for the store and 256 once, whoever the client is. Dollars are calculated, with the prices and dates in',
    '`shared/prices`: 10,000 parts of 64 MiB, each at the rate that the planner assumes of a provider.',
    '',
    ...sections.flatMap(sectionText),
    '## The machine',
    '',
    `- ${cores} cores (${cpu}), ${memoryGiB} GiB, ${platform}, load ${loadBefore.toFixed(2)} before the run`,
    `- Node ${node}, ${Object.entries(versions)
      .map(([name, version]) => named(name, version))
      .join(', ')}`,
    `- ${runs} runs of each contender after one that is thrown away, in turns, another one beginning in every round; each`,
    '  client in a process of its own, loopback only, no TLS',
    `- ${Math.round(seconds / 60)} minutes in all`,
    '',
    '## How to run it',
    '',
    '```sh',
    'npm run bench                  # everything, and writes this page',
    'npm run bench -- --quick       # under two minutes, writes nothing, fails on a gross regression of a ratio',
    'npm run bench -- --only cold   # one section',
    'npm run ceph:install           # Ceph, for the objects',
    'apt-get install -y --no-install-recommends rclone awscli python3-boto3 s4cmd   # the tools they are held against',
    '```',
    '',
    'Whatever is not installed is left out, and the section says so. aws-s3-multipart-copy comes from the registry of npm',
    'into a temporary folder. The counting store keeps no bytes, answers every part copy after the same time, and in the',
    'round that is thrown away verifies every signature as the emulators do, so that nobody is fast by signing wrongly.',
    '',
  ].join('\n');
}

/** Programs say much about themselves: their number is enough. */
function named(name: string, version: string): string {
  return `${name} ${/\d+(?:\.\d+)+/.exec(version)?.[0] ?? version}`;
}

function rowCells({ what, verdicts }: JudgedRow): string[] {
  const reached = verdicts.map(({ value, reached: yes }) =>
    value === undefined ? 'not measured' : yes ? 'yes' : '**no**',
  );
  return [
    what,
    verdicts.map(({ budget }) => `≤ ${budget.bound ?? plain(budget.most)} ${budget.label}`).join('<br>'),
    verdicts.map(measuredText).join('<br>'),
    reached.join('<br>'),
  ];
}

function measuredText({ value, low, high }: Verdict): string {
  if (value === undefined) return '–';
  return low === high ? plain(value) : `${plain(value)} (${plain(low)}–${plain(high)})`;
}

/** A number as short as its size allows. */
function plain(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : BOUND_DIGITS;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

function sectionText({ title, measures, subjects, absent }: Section): string[] {
  const [ours, ...others] = subjects;
  const colon = title.indexOf(': ');
  const text = [`## ${title.slice(0, colon)}`, '', capital(title.slice(colon + 2)), ''];
  if (ours !== undefined) {
    text.push(
      ...markdown(
        ['', ...measures.map(({ label }) => label)],
        subjects.map((one) => subjectCells(one, measures)),
      ),
    );
    const compared = measures.filter(({ ratio }) => ratio !== false);
    if (others.length > 0 && compared.length > 0) {
      const ratios = others.map((other) => [
        `÷ ${other.name}`,
        ...compared.map(({ key }) => ratioText(ours, other, key)),
      ]);
      text.push('', `${ours.name} through each of the others:`, '');
      text.push(...markdown(['', ...compared.map(({ label }) => label.replace(/,[^,]*$/, ''))], ratios));
    }
    text.push('');
  }
  if (absent.length > 0) text.push(...absent, '');
  return text;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function subjectCells(subject: Subject, measures: readonly Measure[]): string[] {
  return [
    subject.name,
    ...measures.map(({ key, digits }) => {
      const values = valuesOf(subject, key);
      const value = median(values);
      if (value === undefined) return '–';
      const [low, high] = [Math.min(...values), Math.max(...values)].map((one) => exact(one, digits));
      return low === high ? exact(value, digits) : `${exact(value, digits)} (${low}–${high})`;
    }),
  ];
}

function exact(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function ratioText(ours: Subject, other: Subject, key: string): string {
  const ratios = ratiosOf(ours, other, key);
  const middle = median(ratios);
  if (middle === undefined) return '–';
  return `${exact(middle, 2)} (${exact(Math.min(...ratios), 2)}–${exact(Math.max(...ratios), 2)})`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)];
}
