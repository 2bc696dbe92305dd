import type { ChecksumName, Checksums, ReportedEncryption } from '../provider.ts';
import type { Dialect } from '../xml/dialect.ts';
import type { Headers } from '../xml/request.ts';
import type { S3Config } from './config.ts';
import { errorOf, factsOf } from './errors.ts';

/** What all headers of S3 begin with. */
export const AMZ_PREFIX = 'x-amz-';

/** S3's own words in the XML dialect, as one store uses them. */
export function dialectOf({ region, quirks }: S3Config): Dialect {
  return {
    provider: 's3',
    title: 'S3',
    clockSkewCode: 'RequestTimeTooSkewed',
    prefix: AMZ_PREFIX,
    headerEtag: false,
    errorOf: (answer, request) => errorOf(answer, request, region),
    factsOf,
    checksumsOf: quirks.checksums ? checksumsOf : () => ({}),
    encryptionOf,
  };
}

/** Big-endian bytes in base64: 8 of a CRC-64, 4 of a CRC-32. A composite one has the number of parts behind it. */
const NOTATION: readonly (readonly [name: ChecksumName, element: string, notation: RegExp])[] = [
  ['crc64nvme', 'ChecksumCRC64NVME', /^[A-Za-z0-9+/]{11}=$/],
  ['crc32', 'ChecksumCRC32', /^[A-Za-z0-9+/]{6}==$/],
  ['crc32c', 'ChecksumCRC32C', /^[A-Za-z0-9+/]{6}==$/],
];

/**
 * Only checksums over the whole object: a checksum of checksums depends on the parts. CRC-64/NVME has no other form.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
function checksumsOf(headers: Headers, result: Readonly<Record<string, unknown>>): Checksums {
  const type = headers['x-amz-checksum-type'] ?? result['ChecksumType'];
  const found = NOTATION.flatMap(([name, element, notation]) => {
    const text = headers[`x-amz-checksum-${name}`] ?? result[element];
    const isWhole = type === 'FULL_OBJECT' || name === 'crc64nvme';
    return isWhole && typeof text === 'string' && notation.test(text) ? [[name, text] as const] : [];
  });
  return Object.fromEntries(found);
}

/** A customer key is reported by its algorithm alone. */
function encryptionOf(headers: Headers): ReportedEncryption | undefined {
  const algorithm =
    headers['x-amz-server-side-encryption'] ?? headers['x-amz-server-side-encryption-customer-algorithm'];
  return algorithm === undefined
    ? undefined
    : { algorithm, keyId: headers['x-amz-server-side-encryption-aws-kms-key-id'] };
}
