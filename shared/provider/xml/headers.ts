import { createHash } from 'node:crypto';
import type { CustomerKey } from '../../credentials.ts';
import { CopyError } from '../../errors.ts';
import { strongEtag } from '../../etag.ts';
import { encodePath, encodeRfc3986, type QueryPair } from '../../http/encode.ts';
import { quoted } from '../../quoted.ts';
import { type ByteRange, rangeHeader } from '../../range.ts';
import type { ContentHeaders, NewObject, ObjectVersion, SourceConditions } from '../provider.ts';
import { type Headers, present } from './request.ts';

/**
 * The value of the copy-source header: `/bucket/encoded-key[?versionId=id]`. A `?` inside the key is encoded, so the
 * first raw one always begins the version.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
 */
function copySource({ bucket, key, versionId }: ObjectVersion): string {
  const version = versionId === undefined ? '' : `?versionId=${encodeRfc3986(versionId)}`;
  return `/${bucket}/${encodePath(key)}${version}`;
}

/** What a copy reads: the source, its range and the four conditions on it. */
export function sourceHeaders(
  prefix: string,
  request: {
    readonly source: ObjectVersion;
    readonly range?: ByteRange | undefined;
    readonly conditions?: SourceConditions | undefined;
  },
): Headers {
  const { source, range } = request;
  const conditions = strongConditions(request.conditions);
  return present({
    [`${prefix}copy-source`]: copySource(source),
    [`${prefix}copy-source-range`]: range === undefined ? undefined : rangeHeader(range),
    [`${prefix}copy-source-if-match`]: conditions.ifMatch,
    [`${prefix}copy-source-if-none-match`]: conditions.ifNoneMatch,
    [`${prefix}copy-source-if-modified-since`]: conditions.ifModifiedSince?.toUTCString(),
    [`${prefix}copy-source-if-unmodified-since`]: conditions.ifUnmodifiedSince?.toUTCString(),
  });
}

/** Conditions whose ETags can be compared: a weak one, as a proxy makes it of what the store said, never is equal. */
export function strongConditions({ ifMatch, ifNoneMatch, ...dates }: SourceConditions = {}): SourceConditions {
  return {
    ...dates,
    ifMatch: ifMatch === undefined ? undefined : strongEtag(ifMatch),
    ifNoneMatch: ifNoneMatch === undefined ? undefined : strongEtag(ifNoneMatch),
  };
}

/** The same conditions for a request on the object itself. */
export function conditionHeaders(given?: SourceConditions): Headers {
  const conditions = strongConditions(given);
  return present({
    'if-match': conditions.ifMatch,
    'if-none-match': conditions.ifNoneMatch,
    'if-modified-since': conditions.ifModifiedSince?.toUTCString(),
    'if-unmodified-since': conditions.ifUnmodifiedSince?.toUTCString(),
  });
}

/** `versionId` as a query parameter, when there is one. */
export function versionQuery({ versionId }: ObjectVersion): readonly QueryPair[] {
  return versionId === undefined ? [] : [['versionId', versionId]];
}

/**
 * Content headers, user metadata, storage class and tags of a new object.
 *
 * @throws CopyError InvalidRequest for metadata names that cannot be sent.
 */
export function describingHeaders(prefix: string, object: NewObject): Headers {
  return {
    ...contentHeaders(object.headers),
    ...metadataHeaders(`${prefix}meta-`, object.metadata),
    ...present({
      [`${prefix}storage-class`]: object.storageClass,
      [`${prefix}tagging`]: taggingValue(object.tags),
    }),
  };
}

/**
 * The three headers of a customer key (SSE-C); `${prefix}copy-source-` as prefix makes them the source's.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-s3-c-encryption.html
 */
export function customerKeyHeaders(prefix: string, key: CustomerKey | undefined): Headers {
  if (key === undefined) return {};
  const name = `${prefix}server-side-encryption-customer-`;
  return {
    [`${name}algorithm`]: 'AES256',
    [`${name}key`]: Buffer.from(key.bytes).toString('base64'),
    [`${name}key-md5`]: createHash('md5').update(key.bytes).digest('base64'),
  };
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

function metadataHeaders(prefix: string, metadata: NewObject['metadata']): Headers {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(metadata)) {
    const header = `${prefix}${name.toLowerCase()}`;
    if (name === '' || headers.has(header)) {
      throw new CopyError('InvalidRequest', `The metadata name ${quoted(name)} is empty or given twice.`);
    }
    headers.set(header, value);
  }
  return Object.fromEntries(headers);
}

function taggingValue(tags: NewObject['tags']): string | undefined {
  const pairs = Object.entries(tags).map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`);
  return pairs.length === 0 ? undefined : pairs.join('&');
}
