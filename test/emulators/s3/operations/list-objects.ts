import type { Answer } from '../../answer.ts';
import { compareKeys } from '../../object-model.ts';
import type { StoredVersion } from '../../object-types.ts';
import { type XmlTree, xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type S3Context, s3Namespace, xmlHeaders } from '../context.ts';
import { storageClassName } from '../properties.ts';
import { encodingOf, pageSize } from './list-multipart.ts';

interface Page {
  readonly contents: readonly StoredVersion[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

function answer(root: string, tree: XmlTree): Answer {
  return { status: 200, headers: xmlHeaders, body: xmlDocument(root, tree, s3Namespace) };
}

/** A page of current objects after a marker; keys that share a prefix up to the delimiter are one entry. */
function pageOf(context: S3Context, call: BucketCall, marker: string, most: number): Page {
  const { query } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const commonOf = (key: string) => {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? undefined : key.slice(0, end + delimiter.length);
  };
  const current = context.model
    .listVersions(call.bucket)
    .filter((version) => context.model.version(call.bucket, version.key) === version && !version.deleteMarker)
    .filter(({ key }) => key.startsWith(prefix) && compareKeys(key, marker) > 0 && commonOf(key) !== marker);
  const names = [...new Set(current.map(({ key }) => commonOf(key) ?? key))];
  const listed = new Set(names.slice(0, most));
  return {
    contents: current.filter(({ key }) => listed.has(key) && commonOf(key) === undefined),
    prefixes: [...new Set(current.flatMap(({ key }) => commonOf(key) ?? []))].filter((name) => listed.has(name)),
    next: most > 0 && names.length > most ? names[most - 1] : undefined,
  };
}

function describe(version: StoredVersion, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: version.lastModified.toISOString(),
    ETag: `"${version.etag}"`,
    Size: version.content.size,
    StorageClass: storageClassName(version),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export function listObjects(context: S3Context, call: BucketCall): Answer {
  findBucket(context, call);
  const marker = call.query.get('marker') ?? '';
  const most = pageSize(call, 'max-keys');
  const page = pageOf(context, call, marker, most);
  const { name, encode } = encodingOf(call);
  const delimiter = call.query.get('delimiter');
  return answer('ListBucketResult', {
    EncodingType: name,
    Name: call.bucket,
    Prefix: encode(call.query.get('prefix') ?? ''),
    Marker: encode(marker),
    MaxKeys: most,
    Delimiter: delimiter === undefined ? undefined : encode(delimiter),
    IsTruncated: page.next !== undefined,
    // Amazon tells it only where a delimiter groups keys; otherwise the last key is the next marker.
    NextMarker: page.next === undefined || delimiter === undefined ? undefined : encode(page.next),
    Contents: page.contents.map((version) => describe(version, encode)),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(context: S3Context, call: BucketCall): Answer {
  findBucket(context, call);
  const { query } = call;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const marker = token === undefined ? (startAfter ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const most = pageSize(call, 'max-keys');
  const page = pageOf(context, call, marker, most);
  const { name, encode } = encodingOf(call);
  const delimiter = query.get('delimiter');
  const owner = { Owner: { ID: context.ownerId, DisplayName: 'objectferry' } };
  return answer('ListBucketResult', {
    EncodingType: name,
    Name: call.bucket,
    Prefix: encode(query.get('prefix') ?? ''),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    MaxKeys: most,
    Delimiter: delimiter === undefined ? undefined : encode(delimiter),
    IsTruncated: page.next !== undefined,
    KeyCount: page.contents.length + page.prefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url'),
    Contents: page.contents.map((version) => ({
      ...describe(version, encode),
      ...(query.get('fetch-owner') === 'true' ? owner : {}),
    })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html — one page, which is enough for tests. */
export function listObjectVersions(context: S3Context, call: BucketCall): Answer {
  findBucket(context, call);
  const prefix = call.query.get('prefix') ?? '';
  const { name, encode } = encodingOf(call);
  const versions = context.model.listVersions(call.bucket).filter(({ key }) => key.startsWith(prefix));
  const facts = (version: StoredVersion) => ({
    VersionId: version.versionId,
    IsLatest: context.model.version(call.bucket, version.key) === version,
    Owner: { ID: context.ownerId, DisplayName: 'objectferry' },
  });
  return answer('ListVersionsResult', {
    EncodingType: name,
    Name: call.bucket,
    Prefix: encode(prefix),
    IsTruncated: false,
    Version: versions
      .filter(({ deleteMarker }) => !deleteMarker)
      .map((version) => ({ ...describe(version, encode), ...facts(version) })),
    DeleteMarker: versions
      .filter(({ deleteMarker }) => deleteMarker)
      .map((version) => ({
        Key: encode(version.key),
        LastModified: version.lastModified.toISOString(),
        ...facts(version),
      })),
  });
}
