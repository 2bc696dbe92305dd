import { curveOf } from './judge.ts';
import { FLOOR, OURS } from './names.ts';
import { type Result, sectionOf } from './result.ts';
import { type Section, valuesOf } from './section.ts';
import { median } from './statistics.ts';
import { spread } from './svg/spread.ts';
import { styleSheet } from './svg/style.ts';
import { escapeXml, fixed, type LogScale, logScale } from './svg/text.ts';

const WIDTH = 960;
const HEIGHT = 470;
/** Where a panel lies. */
interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LINES: Frame = { left: 52, right: 410, top: 72, bottom: 408 };
const BARS: Frame = { left: 690, right: 905, top: 84, bottom: 408 };
const LABEL_GAP = 17;
const LONGEST_BAR_PX = 44;

/** The picture of a result: wall time over the number of parts, and CPU for each of them. Says so where one is missing. */
export function plot(result: Result): string {
  const growth = sectionOf(result, 'growth');
  const handler = sectionOf(result, 'handler');
  const parts = [
    ...(growth === undefined ? missing(LINES, 'time by number of parts') : lines(growth)),
    ...(handler === undefined ? missing(BARS, 'CPU per part') : bars(handler)),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">`,
    '<title id="title">Time of a copy by its number of parts, and processor time for each part, against other clients</title>',
    `<style>\n${styleSheet()}\n</style>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function missing({ left, top }: Frame, what: string): string[] {
  return [text(left, top, 'soft', `Not measured: ${what}.`)];
}

function lines(section: Section): string[] {
  const curves = section.subjects
    .map(({ name, runs }) => ({ name, points: curveOf({ name, runs }) }))
    .filter(({ points }) => points.length > 0);
  const points = curves.flatMap((curve) => curve.points);
  const x = logScale(
    points.map((point) => point.x),
    LINES.left,
    LINES.right,
  );
  const y = logScale(
    points.map((point) => point.y),
    LINES.bottom,
    LINES.top,
  );
  const ends = curves.map(({ points: all }) => y.at(all.at(-1)?.y ?? 1));
  const places = spread(ends, LABEL_GAP);
  return [
    text(LINES.left - 40, 24, 'head', 'Time of one handler by its number of parts'),
    text(LINES.left - 40, 44, 'soft', 'seconds, 100 ms each at the store, 256 asked for at a time'),
    ...axes(x, y),
    ...curves.flatMap(({ name, points: all }, index) => [
      `<polyline class="line ${classOf(name)}" points="${all.map((point) => `${fixed(x.at(point.x))},${fixed(y.at(point.y))}`).join(' ')}"/>`,
      ...all.map(
        (point) =>
          `<circle class="dot ${classOf(name)}" cx="${fixed(x.at(point.x))}" cy="${fixed(y.at(point.y))}" r="3.5"/>`,
      ),
      text(LINES.right + 10, (places[index] ?? 0) + 4, classOf(name), `${name}  ${seconds(all.at(-1)?.y ?? 0)}`),
    ]),
  ];
}

function axes(x: LogScale, y: LogScale): string[] {
  return [
    ...y.ticks.flatMap((value) => [
      `<line class="grid" x1="${LINES.left}" x2="${LINES.right}" y1="${fixed(y.at(value))}" y2="${fixed(y.at(value))}"/>`,
      text(LINES.left - 8, y.at(value) + 4, 'soft end', value.toLocaleString('en')),
    ]),
    ...x.ticks.map((value) => text(x.at(value), LINES.bottom + 22, 'soft middle', value.toLocaleString('en'))),
    text((LINES.left + LINES.right) / 2, LINES.bottom + 44, 'soft middle', 'parts'),
  ];
}

function bars(section: Section): string[] {
  const rows = section.subjects
    .map((subject) => ({ name: subject.name, ms: median(valuesOf(subject, 'cpuMsPerPart')) ?? 0 }))
    .toSorted((a, b) => a.ms - b.ms);
  const most = Math.max(...rows.map(({ ms }) => ms), Number.MIN_VALUE);
  const step = Math.min(LONGEST_BAR_PX, (BARS.bottom - BARS.top) / Math.max(1, rows.length));
  return [
    text(BARS.left - 10, 24, 'head', 'Processor time for each part'),
    text(BARS.left - 10, 44, 'soft', 'milliseconds, signing and parsing included'),
    ...rows.flatMap(({ name, ms }, index) => {
      const top = BARS.top + index * step;
      const width = ((BARS.right - BARS.left) * ms) / most;
      return [
        text(BARS.left - 10, top, classOf(name), name),
        `<rect class="bar ${classOf(name)}" x="${BARS.left - 10}" y="${fixed(top + 6)}" width="${fixed(width)}" height="${fixed(step - 26)}" rx="2"/>`,
        text(BARS.left + width - 2, top + 6 + (step - 26) / 2 + 4, classOf(name), ms.toFixed(2)),
      ];
    }),
  ];
}

function classOf(name: string): string {
  return name === OURS ? 'ours' : name === FLOOR ? 'floor' : 'peer';
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

function text(x: number, y: number, style: string, content: string): string {
  return `<text class="${style}" x="${fixed(x)}" y="${fixed(y)}">${escapeXml(content)}</text>`;
}
