import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Content } from '#test/emulators/content.ts';
import { combine, crc64 } from '#test/emulators/crc64.ts';

/** The content of the shared integrity vectors: byte i = (7 * i + floor(i / 251)) mod 256. */
function vectorBytes(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, i) => (7 * i + Math.floor(i / 251)) % 256));
}

/** From vectors/integrity.json. */
const vectors = [
  {
    size: 300_000,
    partSize: 102_400,
    whole: 1755658245583916742n,
    parts: [13595730077011677641n, 2870959374519261843n, 2999182538474931853n],
    md5: '3f8873b0f85fd1d7a39cdfbee8fcbe0d',
  },
  {
    size: 1000,
    partSize: 102_400,
    whole: 9431321341795420391n,
    parts: [9431321341795420391n],
    md5: '137d21fabb27e840e228579962bc2cdc',
  },
];

describe('CRC-64', () => {
  it('gives the published check value, and 0 for nothing', () => {
    expect(crc64(Buffer.from('123456789'))).toBe(11051210869376104954n);
    expect(crc64(Buffer.alloc(0))).toBe(0n);
  });

  it.each(vectors)('agrees with the integrity vector of $size bytes, whole, in parts and combined', (vector) => {
    const content = Content.ofBytes(vectorBytes(vector.size));
    const parts = vector.parts.map((_, i) =>
      content.slice(i * vector.partSize, Math.min(vector.partSize, vector.size - i * vector.partSize)),
    );
    expect(content.crc64()).toBe(vector.whole);
    expect(content.md5().toString('hex')).toBe(vector.md5);
    expect(parts.map((part) => part.crc64())).toEqual(vector.parts);
    expect(parts.reduce((crc, part) => combine(crc, part.crc64(), part.size), 0n)).toBe(vector.whole);
    expect(Content.concat(parts).crc64()).toBe(vector.whole);
  });

  it('continues from a checksum and combines the same, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const whole = crc64(Buffer.concat([a, b]));
        expect(crc64(b, crc64(a))).toBe(whole);
        expect(combine(crc64(a), crc64(b), b.length)).toBe(whole);
      }),
    );
  });

  it('combines over 2^46 bytes as over its two halves', () => {
    const half = 2 ** 45;
    expect(combine(combine(5n, 0n, half), 0n, half)).toBe(combine(5n, 0n, 2 * half));
  });
});

describe('content', () => {
  it('slices and joins as buffers do, whatever it is made of', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Content.ofBytes(bytes)),
      fc.tuple(fc.nat(3), fc.nat(400)).map(([seed, size]) => Content.virtual(seed, size)),
      fc.tuple(fc.nat(140_000), fc.nat(500)).map(([offset, size]) => Content.virtual(1, 200_000).slice(offset, size)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(), fc.nat(), (pieces, a, b) => {
        const content = Content.concat(pieces);
        const bytes = Buffer.concat(pieces.map((one) => one.toBuffer()));
        const offset = a % (bytes.length + 1);
        const length = b % (bytes.length - offset + 1);
        const slice = content.slice(offset, length);
        expect(slice.toBuffer().equals(bytes.subarray(offset, offset + length))).toBe(true);
        expect(slice.crc64()).toBe(crc64(bytes.subarray(offset, offset + length)));
        expect(Buffer.concat([...content.chunks(offset, length)]).equals(slice.toBuffer())).toBe(true);
      }),
    );
  });

  it('refuses a range outside of itself', () => {
    expect(() => Content.virtual(1, 10).slice(5, 6)).toThrow(RangeError);
  });

  it('knows the CRC of a range of 48.8 TB without reading it, and the same as by reading', () => {
    const slice = Content.virtual(9, 48.8e12).slice(43_000_000_000_001, 2_000_003);
    expect(slice.crc64()).toBe(crc64(slice.toBuffer()));
  });

  it('differs between MiB-aligned ranges and between seeds', () => {
    const content = Content.virtual(4, 2 ** 30);
    const sums = Array.from({ length: 64 }, (_, i) => content.slice(i * 2 ** 20, 2 ** 20).crc64());
    expect(new Set(sums).size).toBe(64);
    expect(Content.virtual(5, 1000).crc64()).not.toBe(content.slice(0, 1000).crc64());
  });

  it('joins 10,000 parts of 4 GiB into what they were cut from, at a fraction of a millisecond each', () => {
    const partSize = 2 ** 32;
    const content = Content.virtual(6, partSize * 10_000);
    content.slice(0, 1).crc64();
    const begun = performance.now();
    const parts = Array.from({ length: 10_000 }, (_, i) => content.slice(i * partSize, partSize));
    const sums = parts.map((part) => [part.crc64(), part.md5()]);
    const perPart = (performance.now() - begun) / parts.length;
    const whole = Content.concat(parts);
    expect(sums).toHaveLength(10_000);
    expect(whole.crc64()).toBe(content.crc64());
    expect(whole.md5()).toEqual(content.md5());
    expect(perPart).toBeLessThan(2);
  });
});
