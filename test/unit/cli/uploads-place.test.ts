import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPlace, parsePlace, shownKey } from '#infra/local/uploads/place.ts';

const place = fc.record({
  store: fc.constant('oss'),
  bucket: fc.constant('archive'),
  prefix: fc.string({ unit: 'binary' }),
});

describe('a place of uploads', () => {
  it.each([
    ['oss://archive', ''],
    ['oss://archive/', ''],
    ['oss://archive/films/', 'films/'],
    ['oss://archive//', '/'],
    ['oss://archive/a%20b/%E2%82%AC%3F', 'a b/€?'],
    ['oss://archive/../x', '../x'],
    ['oss://archive/a b€', 'a b€'],
  ])('%s has the prefix %j', (text, prefix) => {
    expect(parsePlace(text)).toEqual({ store: 'oss', bucket: 'archive', prefix });
  });

  it.each([
    '',
    'archive',
    'oss:/archive',
    'oss://',
    'oss:///x',
    'oss://a?b',
    'oss://a/b?versionId=1',
    'oss://a/b#c',
    'oss://a/%',
    'oss://a/%ff',
  ])('%j is refused', (text) => {
    expect(() => parsePlace(text)).toThrow(`${JSON.stringify(text)} is not a place of uploads: write store://bucket`);
  });

  it('is read as it was written, and steers no terminal', () => {
    fc.assert(
      fc.property(place, (written) => {
        const text = formatPlace(written);
        expect(text).not.toMatch(/[\p{C}\p{Z}]/u);
        expect(parsePlace(text)).toEqual(written);
      }),
      { seed: 20261121 },
    );
  });

  it('shows a key of any text, also of half characters', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }), (units) => {
        expect(shownKey(String.fromCharCode(...units))).not.toMatch(/[\p{C}\p{Z}]/u);
      }),
      { seed: 20261121 },
    );
  });
});
