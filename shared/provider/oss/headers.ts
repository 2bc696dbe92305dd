import { CopyError } from '../../errors.ts';
import { encodePath, encodeRfc3986, type QueryPair } from '../../http/encode.ts';
import type { ContentHeaders, Encryption, NewObject, ObjectVersion, SourceConditions } from '../provider.ts';
import { present } from './request.ts';
import type { Headers } from './sign.ts';

/** What carries user metadata, in requests and answers. */
export const META_PREFIX = 'x-oss-meta-';

/**
 * The value of `x-oss-copy-source`: `/bucket/encoded-key[?versionId=id]`. A `?` inside the key is encoded, so the first
 * raw one always begins the version.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpartcopy
 */
export function copySource({ bucket, key, versionId }: ObjectVersion): string {
  const version = versionId === undefined ? '' : `?versionId=${encodeRfc3986(versionId)}`;
  return `/${bucket}/${encodePath(key)}${version}`;
}

/** The four conditions on the source of a copy. */
export function sourceConditionHeaders(conditions: SourceConditions = {}): Headers {
  return present({
    'x-oss-copy-source-if-match': conditions.ifMatch,
    'x-oss-copy-source-if-none-match': conditions.ifNoneMatch,
    'x-oss-copy-source-if-modified-since': conditions.ifModifiedSince?.toUTCString(),
    'x-oss-copy-source-if-unmodified-since': conditions.ifUnmodifiedSince?.toUTCString(),
  });
}

/** The same conditions for a request on the object itself. */
export function conditionHeaders(conditions: SourceConditions = {}): Headers {
  return present({
    'if-match': conditions.ifMatch,
    'if-none-match': conditions.ifNoneMatch,
    'if-modified-since': conditions.ifModifiedSince?.toUTCString(),
    'if-unmodified-since': conditions.ifUnmodifiedSince?.toUTCString(),
  });
}

/**
 * Everything about a new object but its ACL, which OSS takes at another time for multipart uploads.
 *
 * @throws CopyError Unsupported for a customer key, InvalidRequest for metadata names that cannot be sent.
 */
export function newObjectHeaders(object: NewObject): Headers {
  return {
    ...contentHeaders(object.headers),
    ...metadataHeaders(object.metadata),
    ...encryptionHeaders(object.encryption),
    ...overwriteHeaders(object.overwrite),
    ...present({
      'x-oss-storage-class': object.storageClass,
      'x-oss-tagging': taggingValue(object.tags),
    }),
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

/** `versionId` as a query parameter, when there is one. */
export function versionQuery({ versionId }: ObjectVersion): readonly QueryPair[] {
  return versionId === undefined ? [] : [['versionId', versionId]];
}

function contentHeaders(headers: ContentHeaders): Headers {
  return present({
    'content-type': headers.contentType,
    'cache-control': headers.cacheControl,
    'content-disposition': headers.contentDisposition,
    'content-encoding': headers.contentEncoding,
    'content-language': headers.contentLanguage,
    expires: headers.expires,
  });
}

function metadataHeaders(metadata: NewObject['metadata']): Headers {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(metadata)) {
    const header = `${META_PREFIX}${name.toLowerCase()}`;
    if (name === '' || headers.has(header)) {
      throw new CopyError('InvalidRequest', `The metadata name ${JSON.stringify(name)} is empty or given twice.`);
    }
    headers.set(header, value);
  }
  return Object.fromEntries(headers);
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

function taggingValue(tags: NewObject['tags']): string | undefined {
  const pairs = Object.entries(tags).map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`);
  return pairs.length === 0 ? undefined : pairs.join('&');
}
