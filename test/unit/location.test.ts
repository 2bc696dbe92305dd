import { formatLocation, parseLocation } from '@objectferry/shared/location.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a location as one string', () => {
  it('round-trips every well-formed key and version', () => {
    const key = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed());
    const name = fc.stringMatching(/^[a-z0-9.-]{1,20}$/);
    fc.assert(
      fc.property(name, name, key, fc.option(key, { nil: undefined }), (store, bucket, object, versionId) => {
        const location =
          versionId === undefined ? { store, bucket, key: object } : { store, bucket, key: object, versionId };
        expect(parseLocation(formatLocation(location))).toEqual(location);
      }),
      { seed: 11, numRuns: 1000 },
    );
  });

  it.each([
    ['hz://raw/a/../b//c', { store: 'hz', bucket: 'raw', key: 'a/../b//c' }],
    ['hz://raw//a', { store: 'hz', bucket: 'raw', key: '/a' }],
    ['hz://raw/a%3Fb?versionId=x%2Fy', { store: 'hz', bucket: 'raw', key: 'a?b', versionId: 'x/y' }],
    ['hz://raw/a+b c', { store: 'hz', bucket: 'raw', key: 'a+b c' }],
  ])('reads %s', (text, location) => {
    expect(parseLocation(text)).toEqual(location);
  });

  it.each([
    '',
    'raw/a',
    'hz:/raw/a',
    'hz://raw',
    'hz://raw/',
    'hz:///a',
    'hz://raw/a?b',
    'hz://raw/a#b',
    'hz://raw/%zz',
    'hz://raw/%ff',
    'hz://raw/a?versionId=',
  ])('refuses %j', (text) => {
    expect(parseLocation(text)).toBeUndefined();
  });
});
