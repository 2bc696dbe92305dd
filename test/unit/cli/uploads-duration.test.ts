import { CopyError } from '@objectferry/shared/errors.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAge, parseDuration } from '#infra/local/uploads/duration.ts';

const MINUTE_MS = 60_000;

describe('a duration on the command line', () => {
  it.each([
    ['1m', 1],
    ['90m', 90],
    ['36h', 36 * 60],
    ['7d', 7 * 24 * 60],
    ['007d', 7 * 24 * 60],
    ['999999d', 999_999 * 24 * 60],
  ])('%s is %i minutes', (text, minutes) => {
    expect(parseDuration('--older-than', text)).toBe(minutes * MINUTE_MS);
  });

  it.each(['', '7', 'd', '1.5h', '-3d', '7 d', '7D', '7days', '1w', '30s', '1h30m', '1000000d', ' 7d', '7d\n', '٧d'])(
    '%j is refused with a sentence that says how to write it',
    (text) => {
      expect(() => parseDuration('--older-than', text)).toThrow(
        new CopyError(
          'InvalidRequest',
          `--older-than is ${JSON.stringify(text)}: give a whole number and its unit, minutes, hours or days, as in 90m, 36h or 7d.`,
        ),
      );
    },
  );

  it.each(['0m', '00h', '0d'])('%s is refused: it would mean everything', (text) => {
    expect(() => parseDuration('--age', text)).toThrow(`--age is "${text}": give 1m or more.`);
  });

  it('is what an age is shown as, never more than the age, and off by less than half of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: MINUTE_MS, max: 900_000 * 86_400_000 }), (ms) => {
        const shown = parseDuration('age', formatAge(ms));
        return shown <= ms && shown * 2 > ms;
      }),
      { seed: 20261121 },
    );
  });

  it.each([
    [-5 * MINUTE_MS, '0m'],
    [MINUTE_MS - 1, '0m'],
    [119 * MINUTE_MS, '119m'],
    [120 * MINUTE_MS, '2h'],
    [48 * 60 * MINUTE_MS, '2d'],
  ])('an age of %i ms is shown as %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});
