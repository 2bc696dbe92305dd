import { parseXml } from '@objectferry/shared/http/xml.ts';
import { expect, test } from 'vitest';
import { readFlags } from '../../bench/flags.ts';
import { OURS } from '../../bench/names.ts';
import { page } from '../../bench/page.ts';
import { plot } from '../../bench/plot.ts';
import { spread } from '../../bench/svg/spread.ts';
import { escapeXml, fixed, logScale } from '../../bench/svg/text.ts';
import { recordedResult, worsened } from './recorded.ts';

test('equal results make equal pages and equal plots', () => {
  expect(page(recordedResult())).toBe(page(recordedResult()));
  expect(plot(recordedResult())).toBe(plot(recordedResult()));
  expect(page(worsened('handler', 'seconds', 1.5))).not.toBe(page(recordedResult()));
  expect(plot(worsened('growth', 'seconds-10000', 1.5))).not.toBe(plot(recordedResult()));
});

test('the page says what is missed and what was not measured', () => {
  const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));
  const wall = (text: string) => rows(text).find((line) => line.includes('one handler, 256 in flight'));
  expect(wall(page(recordedResult()))).toMatch(/\| yes<br>yes \|$/);
  expect(wall(page(worsened('handler', 'seconds', 1.5)))).toMatch(/\| \*\*no\*\*<br>yes \|$/);
  const text = page(recordedResult());
  expect(rows(text).find((line) => line.includes('objects of 1 KiB'))).toMatch(/\| – \| not measured \|$/);
  expect(text).toContain('Ceph is not installed');
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test('the plot is XML without a coordinate that is nowhere, and nothing lies outside of it', () => {
  const svg = plot(recordedResult());
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(parseXml(Buffer.from(svg), 'svg')).toBeDefined();
  const [, width = '', height = ''] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  for (const [, name, value] of svg.matchAll(/ (x|x1|x2|cx|y|y1|y2|cy)="([^"]*)"/g)) {
    expect(Number(value)).toBeGreaterThanOrEqual(0);
    expect(Number(value), `${name}=${value}`).toBeLessThanOrEqual(Number(name?.includes('x') ? width : height));
  }
  expect(svg).toContain('prefers-color-scheme: dark');
});

test('names are escaped', () => {
  const result = recordedResult();
  const renamed = JSON.parse(JSON.stringify(result).replaceAll('"AWS SDK v3"', '"<a & \\"b\\">"'));
  const svg = plot(renamed);
  expect(svg).toContain('&lt;a &amp; &quot;b&quot;&gt;');
  expect(parseXml(Buffer.from(svg), 'svg')).toBeDefined();
  expect(escapeXml('<&">')).toBe('&lt;&amp;&quot;&gt;');
});

test('a plot without its sections says so', () => {
  const svg = plot({ ...recordedResult(), sections: [] });
  expect(svg).toContain('Not measured: time by number of parts.');
  expect(svg).toContain('Not measured: CPU per part.');
});

test('labels are moved apart and stay in their order', () => {
  expect(spread([10, 100, 12], 15)).toEqual([10, 100, 25]);
  expect(spread([5, 5, 5], 10)).toEqual([5, 15, 25]);
});

test('a logarithmic axis has powers of ten at it, and takes no zero', () => {
  const { at, ticks } = logScale([0.1, 100], 0, 300);
  expect(ticks.map((tick) => tick.toPrecision(1))).toEqual(['0.1', '1', '1e+1', '1e+2']);
  expect(at(1)).toBeCloseTo(100, 6);
  expect(() => logScale([0, 1], 0, 1)).toThrow(RangeError);
  expect(() => fixed(Number.NaN)).toThrow(RangeError);
});

test(`the first bar and the heaviest line are those of ${OURS}`, () => {
  const svg = plot(recordedResult());
  expect(svg.match(/<polyline class="line ours"/g)).toHaveLength(1);
  expect(svg.match(/<rect class="bar ours"/g)).toHaveLength(1);
});

test('flags that nobody knows, and sections that there are not, are mistakes', () => {
  for (const argv of [['--fast'], ['--only', 'everything'], ['quick']]) expect(readFlags(argv)).toBeUndefined();
  expect(readFlags(['--quick', '--only', 'cold'])).toMatchObject({ quick: true, json: false, only: 'cold' });
});
