import type { Answer } from '../../answer.ts';
import { compareKeys } from '../../object-model.ts';
import type { StoredVersion } from '../../object-types.ts';
import { type XmlTree, xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type OssContext, ossNamespace, xmlHeaders } from '../context.ts';
import { pageSize } from './list-multipart.ts';
import { encodingOf } from './multipart.ts';

const byDefault = 100;
const owner = { ID: '0000000000000001', DisplayName: 'objectferry' } as const;

interface Page {
  readonly contents: readonly StoredVersion[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

function answer(root: string, tree: XmlTree): Answer {
  return { status: 200, headers: xmlHeaders, body: xmlDocument(root, tree, ossNamespace) };
}

/** A page of current objects after a marker; keys that share a prefix up to the delimiter are one entry. */
function pageOf(context: OssContext, call: BucketCall, marker: string, most: number): Page {
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
    next: names.length > most ? names[most - 1] : undefined,
  };
}

function describe(version: StoredVersion, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: version.lastModified.toISOString(),
    ETag: `"${version.etag}"`,
    Type: version.type,
    Size: version.content.size,
    StorageClass: version.storageClass,
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listobjects */
export function listObjects(context: OssContext, call: BucketCall): Answer {
  findBucket(context, call.bucket);
  const marker = call.query.get('marker') ?? '';
  const most = pageSize(call, 'max-keys', byDefault);
  const page = pageOf(context, call, marker, most);
  const { name, encode } = encodingOf(call);
  return answer('ListBucketResult', {
    EncodingType: name,
    Name: call.bucket,
    Prefix: encode(call.query.get('prefix') ?? ''),
    Marker: encode(marker),
    MaxKeys: most,
    Delimiter: encode(call.query.get('delimiter') ?? ''),
    IsTruncated: page.next !== undefined,
    NextMarker: page.next === undefined ? undefined : encode(page.next),
    Contents: page.contents.map((version) => ({ ...describe(version, encode), Owner: owner })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listobjectsv2 */
export function listObjectsV2(context: OssContext, call: BucketCall): Answer {
  findBucket(context, call.bucket);
  const { query } = call;
  const token = query.get('continuation-token');
  const marker =
    token === undefined ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const most = pageSize(call, 'max-keys', byDefault);
  const page = pageOf(context, call, marker, most);
  const { name, encode } = encodingOf(call);
  const withOwner = query.get('fetch-owner') === 'true' ? { Owner: owner } : {};
  return answer('ListBucketResult', {
    EncodingType: name,
    Name: call.bucket,
    Prefix: encode(query.get('prefix') ?? ''),
    MaxKeys: most,
    Delimiter: encode(query.get('delimiter') ?? ''),
    IsTruncated: page.next !== undefined,
    KeyCount: page.contents.length + page.prefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url'),
    Contents: page.contents.map((version) => ({ ...describe(version, encode), ...withOwner })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listobjectversions — one page, which is enough for tests. */
export function listObjectVersions(context: OssContext, call: BucketCall): Answer {
  findBucket(context, call.bucket);
  const prefix = call.query.get('prefix') ?? '';
  const { name, encode } = encodingOf(call);
  const versions = context.model.listVersions(call.bucket).filter(({ key }) => key.startsWith(prefix));
  const facts = (version: StoredVersion) => ({
    VersionId: version.versionId,
    IsLatest: context.model.version(call.bucket, version.key) === version,
    Owner: owner,
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
