import { EMPTY_PROGRESS } from '@objectferry/shared/copy/progress.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CopyMeter, emitMetrics } from '#functions/metrics.ts';

const written: string[] = [];
beforeEach(() => {
  written.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Lines in the embedded metric format: values by name, dimensions, units. */
function lines() {
  return written.map((text) => {
    const { _aws, ...fields } = JSON.parse(text);
    const [directive] = _aws.CloudWatchMetrics;
    const units = directive.Metrics.map(({ Name, Unit }: { Name: string; Unit: string }) => [Name, Unit]);
    return {
      namespace: directive.Namespace,
      dimensions: directive.Dimensions,
      fields,
      units: Object.fromEntries(units),
    };
  });
}

const copy = { destination: { store: 'hz', bucket: 'archive', key: 'k' } };
const part = { type: 'part', partNumber: 1, bytes: 100, adopted: false } as const;
const retry = (name: 'Throttled' | 'Timeout') =>
  ({ type: 'retry', error: new CopyError(name, 'Slower.'), delayMs: 1 }) as const;

test('a span tells bytes and parts that it copied itself, retries and throttles, by store and nothing else', () => {
  const meter = new CopyMeter();
  for (const event of [part, part, { ...part, adopted: true }, retry('Throttled'), retry('Timeout')])
    meter.observe(event);
  meter.report({ copy, span: { first: 1, count: 3 } }, { ...EMPTY_PROGRESS, copied: 2, rest: null });
  expect(lines()).toEqual([
    {
      namespace: 'Objectferry',
      dimensions: [['store']],
      fields: { store: 'hz', BytesCopied: 200, PartsCopied: 2, Retries: 2, Throttles: 1 },
      units: { BytesCopied: 'Bytes', PartsCopied: 'Count', Retries: 'Count', Throttles: 'Count' },
    },
  ]);
});

test('a task that failed tells what it did until then', () => {
  const meter = new CopyMeter();
  meter.observe(retry('Throttled'));
  meter.report({ request: { source: 'hz://raw/k', destination: 'bj://archive/k' }, startedAt: '' }, undefined);
  expect(lines()).toMatchObject([{ fields: { store: 'bj', Retries: 1, Throttles: 1 } }]);
});

test('what is read back is told as that; a copy that is still to be read back is not finished', () => {
  const meter = new CopyMeter();
  meter.observe({ type: 'read', bytes: 5 });
  const receipt = { strategy: 'whole', size: 7, seconds: 2.5, checks: [] };
  meter.report({ copy }, { bytes: 5, retries: 0, throttles: 0, rest: null });
  new CopyMeter().report({ copy }, { strategy: 'verify', receipt });
  expect(lines()).toMatchObject([{ fields: { store: 'hz', BytesReadBack: 5 }, units: { BytesReadBack: 'Bytes' } }]);
});

test.each([
  ['whole', { BytesCopied: 7, CopySeconds: 2.5 }],
  ['parts', { CopySeconds: 2.5 }],
])('the end of a copy (%s) tells its seconds, and its bytes once', (strategy, fields) => {
  new CopyMeter().report({ copy }, { strategy: 'finished', receipt: { strategy, size: 7, seconds: 2.5, checks: [] } });
  expect(lines().map((line) => line.fields)).toEqual([{ store: 'hz', ...fields }]);
});

test('where nothing was copied, nothing is written', () => {
  new CopyMeter().report({ copy }, { strategy: 'finished', receipt: { strategy: 'skip', size: 7, seconds: 2.5 } });
  new CopyMeter().report({ copy }, { strategy: 'whole' });
  new CopyMeter().report(42, undefined);
  expect(written).toEqual([]);
});

test('one line does not know of the one before', () => {
  emitMetrics({ store: 'hz', bucket: 'archive' }, { openUploads: 0, oldestUploadHours: 1.5 });
  emitMetrics({ store: 'bj' }, { sweptUploads: 2 });
  expect(lines()).toMatchObject([
    { dimensions: [['store', 'bucket']], fields: { store: 'hz', bucket: 'archive', OpenUploads: 0 } },
    { dimensions: [['store']], fields: { store: 'bj', SweptUploads: 2 }, units: { SweptUploads: 'Count' } },
  ]);
});
