import { CopyError } from '@objectferry/shared/errors.ts';
import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatSeconds } from '#infra/local/cli/format.ts';
import { advance, bar, NOTHING_YET, progressLine } from '#infra/local/cli/progress.ts';

const MIB = 1024 * 1024;
const planned: CopyEvent = {
  type: 'planned',
  strategy: 'parts',
  size: 4 * MIB,
  partSize: MIB,
  partCount: 4,
  spanCount: 1,
};
const part = (partNumber: number, adopted = false): CopyEvent => ({ type: 'part', partNumber, bytes: MIB, adopted });
const progressOf = (...events: CopyEvent[]) => events.reduce(advance, NOTHING_YET);

describe('progress', () => {
  it('shows parts, bytes, rate and time left', () => {
    const line = progressLine(progressOf(planned, part(1), part(2)), 1000);
    expect(line).toBe(`${'█'.repeat(12)}${'░'.repeat(12)} 50%  2/4 parts  2 MiB of 4 MiB  2 MiB/s  ETA 1.0 s`);
  });

  it('does not count adopted parts into the rate', () => {
    const line = progressLine(progressOf(planned, part(1, true), part(2)), 1000);
    expect(line).toContain('2 MiB of 4 MiB  1 MiB/s  ETA 2.0 s');
  });

  it('begins anew with a copy that does', () => {
    const error = new CopyError('SourceChanged', 'Changed.');
    const line = progressLine(progressOf(planned, part(1, true), { type: 'retry', error, delayMs: 1 }, planned), 0);
    expect(line).toContain('0%  0/4 parts  0 B of 4 MiB');
    expect(line).toContain('retries 1 (last SourceChanged)');
  });

  it('knows no time left before the first part, and checks after the last', () => {
    expect(progressLine(progressOf(planned), 0)).toContain('0 B/s  ETA ?');
    expect(progressLine(progressOf(planned, part(1), part(2), part(3), part(4)), 1000)).toContain(
      '100%  4/4 parts  4 MiB of 4 MiB  4 MiB/s  checking',
    );
  });

  it('shows how much was read back, and never more than there is', () => {
    const copied = [planned, part(1), part(2), part(3), part(4)];
    const read: CopyEvent = { type: 'read', bytes: 3 * MIB };
    expect(progressLine(progressOf(...copied, read), 1000)).toBe(
      `${'█'.repeat(18)}${'░'.repeat(6)} reading back 3 MiB of 4 MiB`,
    );
    expect(progressLine(progressOf(...copied, read, read), 1000, 'done')).toContain(' read back 4 MiB of 4 MiB  done');
  });

  it('says what was retried', () => {
    const error = new CopyError('MissingETag', 'No ETag.');
    expect(progressLine(progressOf({ type: 'retry', error, delayMs: 1 }), 0)).toBe(
      'looking at the source  retries 1 (last MissingETag)',
    );
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [MIB, '1 MiB'],
    [48.8e12, '44.4 TiB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.25, '0.3 s'],
    [12.4, '12 s'],
    [125, '2 min 5 s'],
    [7260, '2 h 1 min'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it.each([-1, 0, 0.5, 1, 2])('draws a bar of one width for %d', (share) => {
    expect(bar(share)).toHaveLength(24);
  });
});
