import { createHash } from 'node:crypto';
import type { Content } from '../content.ts';
import { Refusal } from '../refusal.ts';
import { accessDenied, header, invalid, type ObsCall, own } from './context.ts';
import type { Dialect } from './dialect.ts';
import { authorizeKey } from './permissions.ts';

/** How an object is encrypted, as the native headers say it; keys that clients bring are kept only as their MD5. */
export type Encryption = Readonly<Record<string, string>>;

const algorithmName = 'x-obs-server-side-encryption';
const kmsKeyName = 'x-obs-server-side-encryption-kms-key-id';
const customerAlgorithmName = 'x-obs-server-side-encryption-customer-algorithm';
const customerMd5Name = 'x-obs-server-side-encryption-customer-key-md5';
const kmsKeyPrefix = 'cn-north-4:objectferry0000000000000000000001:key/';
const defaultKmsKey = '4f1cd4de-ab64-4807-920a-47fc42e7f0d0';
const keyBytes = 32;

/** The encryption that a request asks for: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0107.html */
export function encryptionOf(call: ObsCall): Encryption {
  const customer = customerKeyMd5(call, '');
  const algorithm = own(call, 'server-side-encryption');
  if (customer !== undefined) {
    if (algorithm !== undefined) {
      throw invalid('InvalidArgument', 'Server-side encryption with a managed and with an own key exclude each other.');
    }
    return { [customerAlgorithmName]: 'AES256', [customerMd5Name]: customer };
  }
  if (algorithm === undefined) {
    return {};
  }
  if (algorithm === call.dialect.kms) {
    return {
      [algorithmName]: 'kms',
      [kmsKeyName]: fullKeyName(header(call, call.dialect.kmsKeyHeader) ?? defaultKmsKey),
    };
  }
  // Encryption with a key of the service itself is described for the native dialect only.
  if (algorithm === 'AES256' && call.dialect.prefix === 'x-obs-') {
    return { [algorithmName]: 'AES256' };
  }
  throw new Refusal(400, 'InvalidEncryptionAlgorithmError', 'The encryption algorithm you specified is not valid.');
}

/** A key may be named by its id alone; answers say `region:domain:key/id`. */
function fullKeyName(named: string): string {
  return named.includes(':key/') ? named : `${kmsKeyPrefix}${named}`;
}

/** Refuses to read what is under a key of KMS to whom may not use it. */
export function checkKmsKey(call: ObsCall, encryption: Encryption): void {
  if (encryption[kmsKeyName] !== undefined) {
    authorizeKey(call);
  }
}

/** The three headers of a key that the client brings, checked; `which` is empty or `copy-source-`. */
function customerKeyMd5(call: ObsCall, which: '' | 'copy-source-'): string | undefined {
  const [algorithm, key, md5] = ['algorithm', 'key', 'key-md5'].map((name) =>
    own(call, `${which}server-side-encryption-customer-${name}`),
  );
  if (algorithm === undefined && key === undefined && md5 === undefined) {
    return;
  }
  if (algorithm !== 'AES256') {
    throw new Refusal(400, 'InvalidEncryptionAlgorithmError', 'The encryption algorithm of an own key must be AES256.');
  }
  if (key === undefined || md5 === undefined) {
    throw invalid('InvalidRequest', 'Algorithm, key and MD5 of an own encryption key must be given together.');
  }
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== keyBytes) {
    throw invalid('InvalidArgument', 'The secret key was not a valid 256-bit key in Base64.');
  }
  if (createHash('md5').update(bytes).digest('base64') !== md5) {
    throw invalid('InvalidArgument', 'The calculated MD5 of the key did not match the MD5 that was provided.');
  }
  return md5;
}

/** Refuses to read what a client's key encrypts without that key, and a key where none belongs. */
export function checkReadKey(call: ObsCall, encryption: Encryption, which: '' | 'copy-source-'): void {
  const given = customerKeyMd5(call, which);
  const needed = encryption[customerMd5Name];
  if (needed === undefined && given !== undefined) {
    throw invalid('InvalidRequest', 'The encryption parameters are not applicable to this object.');
  }
  if (needed !== undefined && given === undefined) {
    throw invalid(
      'InvalidRequest',
      'The object was stored with a key of the client, which must be provided to read it.',
    );
  }
  if (needed !== given) {
    throw accessDenied();
  }
}

/** Refuses a part whose key is not the one that the upload began with. */
export function checkPartKey(call: ObsCall, encryption: Encryption): void {
  if (encryption[customerMd5Name] !== customerKeyMd5(call, '')) {
    throw invalid(
      'InvalidRequest',
      'The upload began with another encryption key, or with none, or this part lacks it.',
    );
  }
}

/** The encryption headers of an answer. */
export function echo(dialect: Dialect, encryption: Encryption): Record<string, string> {
  return Object.fromEntries(
    Object.entries(encryption).map(([name, value]) => {
      if (name === kmsKeyName) {
        return [dialect.kmsKeyHeader, value];
      }
      const spoken = name === algorithmName && value === 'kms' ? dialect.kms : value;
      return [name.replace(/^x-obs-/, dialect.prefix), spoken];
    }),
  );
}

function isOpaque(encryption: Encryption): boolean {
  return encryption[kmsKeyName] !== undefined || encryption[customerMd5Name] !== undefined;
}

/** The ETag of one body: its MD5, unless a key that is not the service's own makes it something else. */
export function etagOf(content: Content, encryption: Encryption): string {
  const digest = content.md5();
  return isOpaque(encryption)
    ? createHash('md5').update('encrypted').update(digest).digest('hex')
    : digest.toString('hex');
}

/** The ETag of an object made of parts: the MD5 of their MD5s, and their number. */
export function compositeEtag(partEtags: readonly string[], encryption: Encryption): string {
  const hash = createHash('md5');
  for (const etag of partEtags) {
    hash.update(Buffer.from(etag, 'hex'));
  }
  if (isOpaque(encryption)) {
    hash.update('encrypted');
  }
  return `${hash.digest('hex')}-${partEtags.length}`;
}
