import { CopyError } from '../../errors.ts';
import type { Encryption, NewObject } from '../provider.ts';
import { describingHeaders } from '../xml/headers.ts';
import { type Headers, present } from '../xml/request.ts';
import { OSS_PREFIX } from './sign.ts';

/**
 * Everything about a new object but its ACL, which OSS takes at another time for multipart uploads.
 *
 * @throws CopyError Unsupported for a customer key, InvalidRequest for metadata names that cannot be sent.
 */
export function newObjectHeaders(object: NewObject): Headers {
  return {
    ...describingHeaders(OSS_PREFIX, object),
    ...encryptionHeaders(object.encryption),
    ...overwriteHeaders(object.overwrite),
  };
}

/** `x-oss-forbid-overwrite`: without effect on a bucket with versioning, where overwriting loses nothing. */
export function overwriteHeaders(overwrite: boolean): Headers {
  return overwrite ? {} : { 'x-oss-forbid-overwrite': 'true' };
}

/** @throws CopyError Unsupported: OSS describes no encryption with customer keys. */
export function refuseCustomerKey(key: unknown): void {
  if (key !== undefined) {
    throw new CopyError('Unsupported', 'OSS has no encryption with customer keys (SSE-C): leave the key out.');
  }
}

/** For requests on parts, whose encryption was decided with the upload. @throws CopyError Unsupported */
export function refuseCustomerEncryption(encryption: Encryption | undefined): void {
  if (encryption?.kind === 'customer') refuseCustomerKey(encryption.key);
}

/** https://www.alibabacloud.com/help/en/oss/user-guide/server-side-encryption-8 */
function encryptionHeaders(encryption: Encryption | undefined): Headers {
  refuseCustomerEncryption(encryption);
  if (encryption?.kind === 'provider') return { 'x-oss-server-side-encryption': 'AES256' };
  if (encryption?.kind !== 'kms') return {};
  return present({
    'x-oss-server-side-encryption': 'KMS',
    'x-oss-server-side-encryption-key-id': encryption.keyId,
  });
}
