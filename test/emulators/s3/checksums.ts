import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Content } from '../content.ts';
import { crc64Nvme } from '../crc64.ts';
import type { StoredPart, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, invalidRequest, type S3Call, type S3Quirks } from './context.ts';
import { crc32c } from './crc32c.ts';

const algorithms = ['CRC64NVME', 'CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const;

/** A checksum that S3 knows: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export type ChecksumAlgorithm = (typeof algorithms)[number];

/** Over all bytes, or over the checksums of the parts. */
type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** What was agreed on when an upload began. */
export interface UploadChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Whether the client asked for it, or it is what S3 takes by itself. */
  readonly asked: boolean;
}

/** What S3 takes by itself. */
export const usualChecksum: UploadChecksum = { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', asked: false };

const known = new WeakMap<Content, Map<ChecksumAlgorithm, string>>();

function compute(content: Content, algorithm: ChecksumAlgorithm): string {
  if (algorithm === 'CRC64NVME') {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(content.crc64(crc64Nvme));
    return bytes.toString('base64');
  }
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    const hash = createHash(algorithm.toLowerCase());
    for (const chunk of content.chunks()) {
      hash.update(chunk);
    }
    return hash.digest('base64');
  }
  let crc = 0;
  for (const chunk of content.chunks()) {
    crc = algorithm === 'CRC32' ? crc32(chunk, crc) : crc32c(chunk, crc);
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

/** The checksum of a content in Base64, computed once. */
export function checksumOf(content: Content, algorithm: ChecksumAlgorithm): string {
  const ofContent = known.get(content) ?? new Map<ChecksumAlgorithm, string>();
  known.set(content, ofContent);
  const checksum = ofContent.get(algorithm) ?? compute(content, algorithm);
  ofContent.set(algorithm, checksum);
  return checksum;
}

/** The header that carries a checksum. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The element that carries a checksum. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/** The algorithm of that name. */
export function algorithmNamed(name: string | undefined): ChecksumAlgorithm | undefined {
  const found = algorithms.find((algorithm) => algorithm === name?.toUpperCase());
  if (name !== undefined && !found) {
    throw invalidRequest(
      `Checksum algorithm provided is unsupported. Please try again with any of ${algorithms.join(', ')}`,
    );
  }
  return found;
}

/** A checksum that came with a body, as a header or as a trailer. */
export function sentChecksum(call: S3Call): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  for (const algorithm of algorithms) {
    const name = checksumHeader(algorithm);
    const value = header(call, name) ?? call.trailers.get(name);
    if (value !== undefined) {
      return { algorithm, value };
    }
  }
  return;
}

/** The refusal of a checksum that does not fit. */
export function badChecksum(algorithm: ChecksumAlgorithm): Refusal {
  return new Refusal(400, 'BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

/** Refuses a body that is not what its checksum says, and gives the algorithm. */
export function checkSentChecksum(call: S3Call, content: Content): ChecksumAlgorithm | undefined {
  const sent = sentChecksum(call);
  if (sent && checksumOf(content, sent.algorithm) !== sent.value) {
    throw badChecksum(sent.algorithm);
  }
  return sent?.algorithm;
}

/** The headers that an object of this content keeps, over all its bytes. */
export function fullObjectChecksum(
  content: Content,
  algorithm: ChecksumAlgorithm = usualChecksum.algorithm,
): Record<string, string> {
  return { [checksumHeader(algorithm)]: checksumOf(content, algorithm), 'x-amz-checksum-type': 'FULL_OBJECT' };
}

/** The checksum headers of an object; one that was put without any has S3's own. */
export function checksumHeaders(version: StoredVersion, quirks: S3Quirks): Readonly<Record<string, string>> {
  return quirks.checksums ? (version.checksums ?? fullObjectChecksum(version.content)) : {};
}

/** The same as elements of a document. */
export function checksumElements(headers: Readonly<Record<string, string>>): Record<string, string> {
  const found = algorithms.flatMap((algorithm) => {
    const value = headers[checksumHeader(algorithm)];
    return value === undefined ? [] : [[checksumElement(algorithm), value] as const];
  });
  const type = headers['x-amz-checksum-type'];
  return { ...Object.fromEntries(found), ...(type === undefined ? {} : { ChecksumType: type }) };
}

/** The algorithm of an object's own checksum. */
export function algorithmOf(headers: Readonly<Record<string, string>>): ChecksumAlgorithm | undefined {
  return algorithms.find((algorithm) => checksumHeader(algorithm) in headers);
}

/** What a new upload asks for: CRCs other than CRC64NVME and hashes are made of the parts' unless said otherwise. */
export function uploadChecksumOf(call: S3Call): UploadChecksum {
  const algorithm = algorithmNamed(header(call, 'x-amz-checksum-algorithm'));
  const type = header(call, 'x-amz-checksum-type')?.toUpperCase();
  if (algorithm === undefined) {
    if (type !== undefined) {
      throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
    }
    return usualChecksum;
  }
  const usual = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const chosen = type ?? usual;
  const impossible = algorithm === 'CRC64NVME' ? 'COMPOSITE' : algorithm.startsWith('SHA') ? 'FULL_OBJECT' : undefined;
  if ((chosen !== 'FULL_OBJECT' && chosen !== 'COMPOSITE') || chosen === impossible) {
    throw invalidRequest(`The ${chosen} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  }
  return { algorithm, type: chosen, asked: true };
}

/** The checksum of a completed upload: over all bytes, or over the parts' checksums with their number behind it. */
export function joinedChecksum(
  content: Content,
  parts: readonly StoredPart[],
  { algorithm, type }: UploadChecksum,
): Record<string, string> {
  if (type === 'FULL_OBJECT') {
    return fullObjectChecksum(content, algorithm);
  }
  const inner = Buffer.concat(parts.map((part) => Buffer.from(checksumOf(part.content, algorithm), 'base64')));
  return {
    [checksumHeader(algorithm)]: `${digestOf(inner, algorithm)}-${parts.length}`,
    'x-amz-checksum-type': 'COMPOSITE',
  };
}

function digestOf(bytes: Buffer, algorithm: ChecksumAlgorithm): string {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    return createHash(algorithm.toLowerCase()).update(bytes).digest('base64');
  }
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(algorithm === 'CRC32' ? crc32(bytes) : crc32c(bytes));
  return crc.toString('base64');
}
