import { createHash } from 'node:crypto';
import type { CustomerKey } from '../../credentials.ts';
import { CopyError } from '../../errors.ts';
import { encodePath, encodeRfc3986, type QueryPair } from '../../http/encode.ts';
import { quoted } from '../../quoted.ts';
import { type ByteRange, rangeHeader } from '../../range.ts';
import type { Encryption, NewObject, ObjectVersion, SourceConditions } from '../provider.ts';
import { describingHeaders, strongConditions } from '../xml/headers.ts';
import { type Headers, present } from '../xml/request.ts';

/**
 * The value of `x-qs-copy-source`: `/bucket/encoded-key[?version_id=id]`. A `?` inside the key is encoded, so the first
 * raw one always begins the version.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/
 */
function copySource({ bucket, key, versionId }: ObjectVersion): string {
  const version = versionId === undefined ? '' : `?version_id=${encodeRfc3986(versionId)}`;
  return `/${bucket}/${encodePath(key)}${version}`;
}

/** What a copy reads: the source with its key, the range and the four conditions. */
export function sourceHeaders(request: {
  readonly source: ObjectVersion;
  readonly range?: ByteRange | undefined;
  readonly conditions?: SourceConditions | undefined;
  readonly sourceKey?: CustomerKey | undefined;
}): Headers {
  const { source, range, sourceKey } = request;
  const conditions = strongConditions(request.conditions);
  return present({
    'x-qs-copy-source': copySource(source),
    'x-qs-copy-range': range === undefined ? undefined : rangeHeader(range),
    'x-qs-copy-source-if-match': encodedTag(conditions.ifMatch),
    'x-qs-copy-source-if-none-match': encodedTag(conditions.ifNoneMatch),
    'x-qs-copy-source-if-modified-since': conditions.ifModifiedSince?.toUTCString(),
    'x-qs-copy-source-if-unmodified-since': conditions.ifUnmodifiedSince?.toUTCString(),
    ...customerKeyHeaders('x-qs-copy-source-', sourceKey),
  });
}

/**
 * The three headers of a customer key; `x-qs-copy-source-` as prefix makes them the source's.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/common/encryption/
 */
export function customerKeyHeaders(prefix: 'x-qs-' | 'x-qs-copy-source-', key: CustomerKey | undefined): Headers {
  if (key === undefined) return {};
  const name = `${prefix}encryption-customer-`;
  return {
    [`${name}algorithm`]: 'AES256',
    [`${name}key`]: Buffer.from(key.bytes).toString('base64'),
    [`${name}key-md5`]: createHash('md5').update(key.bytes).digest('base64'),
  };
}

/** The encryption of a new object, and of each of its parts. @throws CopyError Unsupported for all but customer keys. */
export function encryptionHeaders(encryption: Encryption | undefined): Headers {
  if (encryption === undefined) return {};
  if (encryption.kind === 'customer') return customerKeyHeaders('x-qs-', encryption.key);
  throw new CopyError('Unsupported', `QingStor has no encryption of kind ${encryption.kind}: use a customer key.`);
}

/**
 * Everything about a new object. `overwrite` says nothing here: QingStor cannot refuse to overwrite.
 *
 * @throws CopyError Unsupported for what QingStor keeps nothing of, InvalidRequest for metadata that cannot be sent.
 */
export function newObjectHeaders(object: NewObject): Headers {
  refuseAcl(object.acl);
  refuse(Object.keys(object.tags).length > 0, 'tags');
  refuse(object.headers.contentLanguage !== undefined, 'a Content-Language');
  for (const [name, value] of Object.entries(object.metadata)) refuseOtherText(name, value);
  return { ...describingHeaders('x-qs-', object), ...encryptionHeaders(object.encryption) };
}

/** @throws CopyError Unsupported: QingStor has ACLs of buckets only. */
export function refuseAcl(acl: string | undefined): void {
  refuse(acl !== undefined, 'an ACL');
}

/** `version_id` as a query parameter, when there is one. */
export function versionQuery({ versionId }: ObjectVersion): readonly QueryPair[] {
  return versionId === undefined ? [] : [['version_id', versionId]];
}

function refuse(given: boolean, what: string): void {
  if (given) throw new CopyError('Unsupported', `QingStor keeps no object with ${what}: leave it out.`);
}

function refuseOtherText(name: string, value: string): void {
  const text = `${name}${value}`;
  // Only ASCII has as many bytes as characters.
  if (Buffer.byteLength(text) === text.length) return;
  throw new CopyError(
    'InvalidRequest',
    `QingStor takes user metadata in ASCII only: percent-encode ${quoted(name)}, or leave it out.`,
  );
}

/** The documented example percent-encodes the quotes: `%22…%22`. */
function encodedTag(etag: string | undefined): string | undefined {
  return etag === undefined || etag === '*' ? etag : encodeRfc3986(etag);
}
