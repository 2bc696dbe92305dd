import type { CustomerKey } from '../../credentials.ts';
import { CopyError } from '../../errors.ts';
import type { ChecksumName, Encryption, NewObject } from '../provider.ts';
import { customerKeyHeaders, describingHeaders } from '../xml/headers.ts';
import { type Headers, present } from '../xml/request.ts';
import type { S3Quirks } from './config.ts';
import { AMZ_PREFIX } from './dialect.ts';

/** The names that `x-amz-checksum-algorithm` takes. */
const ALGORITHMS: Readonly<Partial<Record<ChecksumName, string>>> = {
  crc64nvme: 'CRC64NVME',
  crc32: 'CRC32',
  crc32c: 'CRC32C',
};

/**
 * Everything about a new object but whether it may overwrite, which S3 is told at Complete.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
 * @throws CopyError Unsupported for what the store cannot do, InvalidRequest for metadata names that cannot be sent.
 */
export function newObjectHeaders(object: NewObject, quirks: S3Quirks): Headers {
  refuseUnsupported(object, quirks);
  return {
    ...describingHeaders(AMZ_PREFIX, object),
    ...encryptionHeaders(object.encryption),
    ...present({ 'x-amz-acl': object.acl, 'x-amz-checksum-algorithm': algorithmOf(object.checksum) }),
  };
}

/** The destination's customer key, for requests on parts, whose other encryption was decided with the upload. */
export function partKeyHeaders(encryption: Encryption | undefined): Headers {
  return encryption?.kind === 'customer' ? customerKeyHeaders(AMZ_PREFIX, encryption.key) : {};
}

/** The customer key that the source of a copy is encrypted with. */
export function sourceKeyHeaders(key: CustomerKey | undefined): Headers {
  return customerKeyHeaders(`${AMZ_PREFIX}copy-source-`, key);
}

/** The customer key of an object that is read. */
export function readKeyHeaders(key: CustomerKey | undefined): Headers {
  return customerKeyHeaders(AMZ_PREFIX, key);
}

function encryptionHeaders(encryption: Encryption | undefined): Headers {
  if (encryption?.kind === 'provider') return { 'x-amz-server-side-encryption': 'AES256' };
  if (encryption?.kind !== 'kms') return partKeyHeaders(encryption);
  return present({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': encryption.keyId,
  });
}

function algorithmOf(checksum: ChecksumName | undefined): string | undefined {
  if (checksum === undefined) return undefined;
  const algorithm = ALGORITHMS[checksum];
  if (algorithm === undefined) throw new CopyError('Unsupported', `S3 does not compute ${checksum}: leave it out.`);
  return algorithm;
}

function refuseUnsupported(object: NewObject, quirks: S3Quirks): void {
  const asked: readonly (readonly [name: keyof S3Quirks & string, isAsked: boolean])[] = [
    ['tags', Object.keys(object.tags).length > 0],
    ['acl', object.acl !== undefined],
    ['storageClasses', object.storageClass !== undefined],
    ['checksums', object.checksum !== undefined],
  ];
  const missing = asked.find(([name, isAsked]) => isAsked && quirks[name] === false);
  if (missing === undefined) return;
  throw new CopyError(
    'Unsupported',
    `This store has quirks.${missing[0]}: false, but the object asks for it: leave it out.`,
  );
}
