import { describe, expect, it } from 'vitest';
import { fingerprints, sameShown, shown, shownRecord } from '../../../shared/copy/carried-text.ts';

const WORDS = ['name', 'names'] as const;

describe('a value as a receipt shows it', () => {
  it('is the value, or its beginning and a digest that tells it from every other', () => {
    expect(shown(' video/mp4 ')).toBe('video/mp4');
    const [a, b] = [`${'x'.repeat(5000)}a`, `${'x'.repeat(5000)}b`];
    expect(shown(a)).toMatch(/^x{60}… \(5001 characters, sha256 [0-9a-f]{12}\)$/);
    expect(shown(a)).not.toBe(shown(b));
  });

  it('is cut to whole characters', () => {
    expect(shown(`${'x'.repeat(59)}${'🎬'.repeat(60)}`).isWellFormed()).toBe(true);
  });
});

describe('what a store may write otherwise', () => {
  it.each([
    ['contentType', 'Text/Plain; Charset="UTF-8"', 'text/plain;charset=utf-8', true],
    ['contentType', 'text/plain', 'text/plain; charset=utf-8', true],
    ['contentType', 'text/plain;charset=gbk', 'text/plain;charset=utf-8', false],
    ['contentType', 'video/mp4', 'application/octet-stream', false],
    ['expires', 'Wed, 21 Oct 2026 07:28:00 GMT', '2026-10-21T07:28:00Z', true],
    ['expires', 'never', '0', false],
    ['contentEncoding', 'aws-chunked, GZIP', 'gzip', true],
    ['contentEncoding', 'gzip', 'identity', false],
    ['cacheControl', 'max-age=1', 'max-age=2', false],
    ['storageClass', 'standard', 'STANDARD', true],
    ['storageClass', 'WARM', 'STANDARD_IA', true],
    ['storageClass', 'IA', 'Standard', false],
  ] as const)('%s %j as %j: %s', (name, given, kept, same) => {
    expect(sameShown(name, given, kept)).toBe(same);
  });
});

describe('user metadata', () => {
  it('is the same in any order, with outer blanks, and in the encoded words of S3', () => {
    const given = shownRecord({ a: '1', title: '视频 (终)' }, WORDS);
    expect(given).toMatch(/^2 names, sha256 [0-9a-f]{12}$/);
    const encoded = `=?UTF-8?B?${Buffer.from('视频 (终)').toString('base64')}?=`;
    expect(shownRecord({ title: encoded, a: ' 1 ' }, WORDS)).toBe(given);
    const quoted = '=?utf-8?Q?=E8=A7=86=E9=A2=91_?= =?utf-8?Q?(=E7=BB=88)?=';
    expect(shownRecord({ title: quoted, a: '1' }, WORDS)).toBe(given);
  });

  it('differs by every name and value, and by nothing that only looks alike', () => {
    const all = [{}, { a: '1' }, { a: '2' }, { b: '1' }, { a: '1', b: '' }, { a: '=?UTF-8?B?' }, { a: '1=b' }];
    expect(new Set(all.map((record) => shownRecord(record, WORDS))).size).toBe(all.length);
    expect(shownRecord({}, WORDS)).toBeUndefined();
    expect(shownRecord({ a: '1' }, WORDS)).toMatch(/^1 name, /);
  });

  it('has names that begin its fingerprints, also those that objects have of their own', () => {
    expect(fingerprints({ constructor: 'x', owner: 'alice' }).map((text) => text.split('=')[0])).toEqual([
      'constructor',
      'owner',
    ]);
  });
});
