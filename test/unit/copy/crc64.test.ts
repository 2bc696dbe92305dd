import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinedCrc64 } from '../../../shared/copy/crc64.ts';
import { refuseWrongParts } from '../../../shared/copy/part-crc.ts';
import { combine, crc64 } from '../../emulators/crc64.ts';

describe('the CRC-64 of parts that stand one behind the other', () => {
  it('is that of the recorded vector', () => {
    const pieces = [
      { crc64: 13595730077011677641n, size: 102_400 },
      { crc64: 2870959374519261843n, size: 102_400 },
      { crc64: 2999182538474931853n, size: 95_200 },
    ];
    expect(joinedCrc64(pieces)).toBe(1755658245583916742n);
  });

  it('is that of the whole, however it is cut', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, (parts) => {
        const joined = joinedCrc64(parts.map((part) => ({ crc64: crc64(part), size: part.length })));
        expect(joined).toBe(crc64(Buffer.concat(parts)));
      }),
      { numRuns: 200 },
    );
  });

  it('of 10,000 parts of 5 GiB is joined at once', () => {
    const part = { crc64: crc64(Buffer.from('a part')), size: 5 * 1024 ** 3 };
    let joined = 0n;
    for (let count = 0; count < 10_000; count += 1) joined = combine(joined, part.crc64, part.size);
    const begun = performance.now();
    expect(joinedCrc64(Array<typeof part>(10_000).fill(part))).toBe(joined);
    // Some 10 ms, on however busy a machine.
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe('OSS-20 parts whose checksums are listed', () => {
  const [a, b] = [Buffer.from('first part '), Buffer.from('second')];
  const whole = crc64(Buffer.concat([a, b]));
  const copy = (crc64ecma: string | undefined) => ({ checksums: { crc64ecma }, destination: DESTINATION });
  const DESTINATION = { store: 'hz', bucket: 'archive', key: 'copy' };
  const parts = (second: bigint | string | undefined) => [
    { partNumber: 1, etag: '"1"', size: a.length, crc64ecma: `${crc64(a)}` },
    { partNumber: 2, etag: '"2"', size: b.length, crc64ecma: second === undefined ? undefined : `${second}` },
  ];
  const check = (crc64ecma: string | undefined, listed: ReturnType<typeof parts>) => () =>
    refuseWrongParts(copy(crc64ecma) as unknown as Parameters<typeof refuseWrongParts>[0], listed);

  it('make the source, or are not put together', () => {
    expect(check(`${whole}`, parts(crc64(b)))).not.toThrow();
    expect(check(`${whole}`, parts(crc64(a)))).toThrow('are not the source, so they were not put together');
  });

  it.each([
    ['a part has none', `${whole}`, undefined],
    ['a part has something else', `${whole}`, 'abc'],
    ['the source has none', undefined, crc64(a)],
  ])('prove nothing where %s', (_, of, second) => {
    expect(check(of, parts(second))).not.toThrow();
  });
});
