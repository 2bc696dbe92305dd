import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { objectsPage, versionsPage } from '../../pages.ts';
import { type XmlTree, xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type S3Context, s3Namespace, xmlHeaders } from '../context.ts';
import { storageClassName } from '../properties.ts';
import { encodingOf, pageSize } from './list-multipart.ts';

function answer(root: string, tree: XmlTree): Answer {
  return { status: 200, headers: xmlHeaders, body: xmlDocument(root, tree, s3Namespace) };
}

function pageOf(context: S3Context, { bucket, query }: BucketCall, marker: string, most: number) {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  return objectsPage(context.model, bucket, { prefix, delimiter, marker, most });
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
    NextMarker: page.next === undefined || delimiter === undefined ? undefined : encode(page.next.key),
    Contents: page.items.map((version) => describe(version, encode)),
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
    KeyCount: page.items.length + page.prefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.next && Buffer.from(page.next.key).toString('base64url'),
    Contents: page.items.map((version) => ({
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
  const page = versionsPage(context.model, call.bucket, prefix);
  const facts = (version: StoredVersion) => ({
    ...page.factsOf(version),
    Owner: { ID: context.ownerId, DisplayName: 'objectferry' },
  });
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
