import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { objectsPage, versionsPage } from '../../pages.ts';
import { type XmlTree, xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type OssContext, ossNamespace, xmlHeaders } from '../context.ts';
import { pageSize } from './list-multipart.ts';
import { encodingOf } from './multipart.ts';

const byDefault = 100;
const owner = { ID: '0000000000000001', DisplayName: 'objectferry' } as const;

function answer(root: string, tree: XmlTree): Answer {
  return { status: 200, headers: xmlHeaders, body: xmlDocument(root, tree, ossNamespace) };
}

function pageOf(context: OssContext, { bucket, query }: BucketCall, marker: string, most: number) {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  return objectsPage(context.model, bucket, { prefix, delimiter, marker, most });
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
    NextMarker: page.next && encode(page.next.key),
    Contents: page.items.map((version) => ({ ...describe(version, encode), Owner: owner })),
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
    KeyCount: page.items.length + page.prefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.next && Buffer.from(page.next.key).toString('base64url'),
    Contents: page.items.map((version) => ({ ...describe(version, encode), ...withOwner })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listobjectversions — one page, which is enough for tests. */
export function listObjectVersions(context: OssContext, call: BucketCall): Answer {
  findBucket(context, call.bucket);
  const prefix = call.query.get('prefix') ?? '';
  const { name, encode } = encodingOf(call);
  const page = versionsPage(context.model, call.bucket, prefix);
  const facts = (version: StoredVersion) => ({ ...page.factsOf(version), Owner: owner });
  return answer('ListVersionsResult', {
    EncodingType: name,
    Name: call.bucket,
    Prefix: encode(prefix),
    IsTruncated: false,
    Version: page.versions.map((version) => ({ ...describe(version, encode), ...facts(version) })),
    DeleteMarker: page.markers.map((version) => ({
      Key: encode(version.key),
      LastModified: version.lastModified.toISOString(),
      ...facts(version),
    })),
  });
}
