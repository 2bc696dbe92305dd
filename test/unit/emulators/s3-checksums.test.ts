import { describe, expect, it } from 'vitest';
import { Content } from '#test/emulators/content.ts';
import { combine, crc64, crc64Nvme } from '#test/emulators/crc64.ts';
import { type ChecksumAlgorithm, checksumOf, joinedChecksum } from '#test/emulators/s3/checksums.ts';
import { joinedEtag } from '#test/emulators/s3/encryption.ts';

/** The content of the shared integrity vectors: byte i = (7 * i + floor(i / 251)) mod 256. */
function vectorContent(size: number): Content {
  return Content.ofBytes(Uint8Array.from({ length: size }, (_, i) => (7 * i + Math.floor(i / 251)) % 256));
}

/** From vectors/integrity.json. */
const vectors = [
  {
    size: 300_000,
    etag: 'ab34503c82f40c832f425f2130df55fb-3',
    nvme: 'lFmhoGrxLC8=',
    nvmeParts: ['5vILCpXZeC8=', 'HPi3HNiuP9E=', '7929p3mQ2Y8='],
    crc32c: '47SItg==',
    crc32cComposite: 'SNS4ew==-3',
    sha256Composite: 'AyPerAhe0IQtt9derKb2e/fEwj9fwk10hl1LtQhrivo=-3',
  },
  {
    size: 1000,
    etag: 'fc728318a461f5a6c4da6605bb5411cd-1',
    nvme: 'XDn6HoZBIoo=',
    nvmeParts: ['XDn6HoZBIoo='],
    crc32c: 'stHWNQ==',
    crc32cComposite: 'VYzdQg==-1',
    sha256Composite: 'TvTlWTKEEVo7QPgE5u77/QPtwfmbG/wNlAY5X0rZ3HM=-1',
  },
];

describe('S3-4 checksums', () => {
  it('gives the published check values', () => {
    const digits = Content.ofBytes(Buffer.from('123456789'));
    const of = (algorithm: ChecksumAlgorithm) => checksumOf(digits, algorithm);
    expect([of('CRC64NVME'), of('CRC32C'), of('CRC32')]).toEqual(['rosUhgp5mIg=', '4waSgw==', 'y/Q5Jg==']);
    expect(of('SHA1')).toBe('98O8HYCOBHMq32eZZczDTKeuNEE=');
    expect(checksumOf(Content.empty, 'CRC64NVME')).toBe('AAAAAAAAAAA=');
  });

  it.each(vectors)('agrees with the integrity vector of $size bytes', (vector) => {
    const whole = vectorContent(vector.size);
    const contents = vector.nvmeParts.map((_, i) =>
      whole.slice(i * 102_400, Math.min(102_400, vector.size - i * 102_400)),
    );
    const parts = contents.map((content, i) => ({
      content,
      partNumber: i + 1,
      etag: content.md5().toString('hex'),
      crc64: undefined,
      lastModified: new Date(0),
    }));
    const joined = (algorithm: ChecksumAlgorithm, type: 'COMPOSITE' | 'FULL_OBJECT') =>
      joinedChecksum(Content.concat(contents), parts, { algorithm, type, asked: true });
    expect(contents.map((content) => checksumOf(content, 'CRC64NVME'))).toEqual(vector.nvmeParts);
    expect(joined('CRC64NVME', 'FULL_OBJECT')['x-amz-checksum-crc64nvme']).toBe(vector.nvme);
    expect(joined('CRC32C', 'FULL_OBJECT')['x-amz-checksum-crc32c']).toBe(vector.crc32c);
    expect(joined('CRC32C', 'COMPOSITE')['x-amz-checksum-crc32c']).toBe(vector.crc32cComposite);
    expect(joined('SHA256', 'COMPOSITE')['x-amz-checksum-sha256']).toBe(vector.sha256Composite);
    expect(
      joinedEtag(
        parts.map((part) => part.etag),
        {},
      ),
    ).toBe(vector.etag);
  });

  it('knows the CRC64NVME of virtual bytes without reading them', () => {
    const virtual = Content.virtual(5, 300_001);
    expect(virtual.crc64(crc64Nvme)).toBe(crc64(virtual.toBuffer(), 0n, crc64Nvme));
    const tail = virtual.slice(70_000, 150_000);
    expect(tail.crc64(crc64Nvme)).toBe(crc64(tail.toBuffer(), 0n, crc64Nvme));
    const [a, b] = [virtual.slice(0, 123), virtual.slice(123, 1000)];
    expect(combine(a.crc64(crc64Nvme), b.crc64(crc64Nvme), b.size, crc64Nvme)).toBe(
      Content.concat([a, b]).crc64(crc64Nvme),
    );
    expect(Content.virtual(5, 5 * 2 ** 40).crc64(crc64Nvme)).not.toBe(0n);
  });
});
