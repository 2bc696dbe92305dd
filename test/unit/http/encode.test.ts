import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePath, encodeQuery, encodeRfc3986 } from '../../../shared/http/encode.ts';

describe('RFC 3986 encoding', () => {
  it('leaves the unreserved characters only', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
    expect(encodeRfc3986(ascii).replace(/%[0-9A-F]{2}/g, '')).toBe(
      '-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~',
    );
  });

  it.each([
    ['a b/c d.txt', 'a%20b/c%20d.txt'],
    ['plus+sign+.bin', 'plus%2Bsign%2B.bin'],
    ['数据/视频 (终).mp4', '%E6%95%B0%E6%8D%AE/%E8%A7%86%E9%A2%91%20%28%E7%BB%88%29.mp4'],
    ['100%/done%20.txt', '100%25/done%2520.txt'],
    ["paren(1)*star's!.txt", 'paren%281%29%2Astar%27s%21.txt'],
    ['dir//double///slash.bin', 'dir//double///slash.bin'],
    ['dot/../seg/./x.bin', 'dot/../seg/./x.bin'],
    ['emoji-🎬.mov', 'emoji-%F0%9F%8E%AC.mov'],
  ])('writes the key %s as %s', (key, path) => {
    expect(encodePath(key)).toBe(path);
  });

  it('can be decoded again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeURIComponent(encodeRfc3986(text))).toBe(text);
        expect(decodeURIComponent(encodePath(text))).toBe(text);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('keeps the order of a query, and bare names bare', () => {
    expect(encodeQuery([])).toBe('');
    expect(encodeQuery([['uploads'], ['prefix', 'a/b +'], ['empty', ''], ['a&b', '=']])).toBe(
      '?uploads&prefix=a%2Fb%20%2B&empty&a%26b=%3D',
    );
  });

  it('refuses half of a surrogate pair', () => {
    expect(() => encodePath('a/\udfff')).toThrow(expect.objectContaining({ name: 'InvalidRequest' }));
  });
});
