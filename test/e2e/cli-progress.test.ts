import { describe, expect, it } from 'vitest';
import { NOTHING_YET, type Progress, progressFrame } from '#infra/local/cli/progress.ts';

const TIB = 2 ** 40;
const longest: Progress = {
  ...NOTHING_YET,
  strategy: 'parts',
  size: 48.8 * TIB,
  partCount: 10_000,
  partsDone: 9_999,
  bytesDone: 48.7 * TIB,
  bytesCopied: 1023.9 * 2 ** 30,
  retries: 12_345,
  lastRetry: 'ProviderUnavailable',
};

describe('the progress on a terminal', () => {
  it('is two lines that fit into 80 columns, however large the copy', () => {
    expect(progressFrame(longest, 1000, 'running', 80)).toBe(
      `${'█'.repeat(24)} 99%  9999/10000 parts  48.7 TiB of 48.8 TiB\n` +
        '1023.9 GiB/s  ETA 0.1 s  retries 12345 (last ProviderUnavailable)',
    );
  });

  it.each([20, 50, 60, 72, 200])('never wraps on %d columns', (columns) => {
    for (const line of progressFrame(longest, 1000, 'running', columns).split('\n')) {
      expect(line.length).toBeLessThan(columns);
    }
  });

  it('keeps the length of its bar while numbers grow', () => {
    const barOf = (partsDone: number) =>
      progressFrame({ ...longest, partsDone, bytesDone: partsDone }, 1000, 'running', 64).split(' ')[0]?.length;
    expect(new Set([1, 20, 300, 4000].map(barOf)).size).toBe(1);
  });
});
