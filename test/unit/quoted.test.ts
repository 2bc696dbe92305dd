import { quoted } from '@objectferry/shared/quoted.ts';
import { describe, expect, test } from 'vitest';
import { requestFrom } from '#infra/local/cli/options.ts';

describe('a text that somebody else chose, inside a sentence', () => {
  test('stands in quotes and on one line', () => {
    expect(quoted('ten')).toBe('"ten"');
    expect(quoted('a"\r\nx: 1')).toBe(String.raw`"a\"\r\nx: 1"`);
  });

  test('is cut where it is long, and never within a character', () => {
    expect(quoted('a'.repeat(500))).toBe(`"${'a'.repeat(500)}"`);
    expect(quoted('a'.repeat(501))).toBe(`"${'a'.repeat(500)}…"`);
    expect(quoted(`${'a'.repeat(499)}🎬🎬`)).toBe(`"${'a'.repeat(499)}\ufffd…"`);
  });

  test.each(['maxInFlight', 'partSizeMib', 'maxDollars'])('a gigantic %s is refused in a short sentence', (flag) => {
    const refused = () =>
      requestFrom('hz://raw/a', 'hz://raw/b', { stores: '', json: false, [flag]: '<a>'.repeat(100_000) });
    expect(refused).toThrow(/^--[a-z-]+ is "(?:<a>){166}<a…": give /);
  });
});
