import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { objectsPage, versionsPage } from '../../pages.ts';
import { xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type ObsContext, owner, xmlHeaders } from '../context.ts';
import { type Dialect, spokenClass } from '../dialect.ts';
import { encodingOf, pageSize } from '../listing.ts';

function describe(dialect: Dialect, version: StoredVersion, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: version.lastModified.toISOString(),
    ETag: `"${version.etag}"`,
    Size: version.content.size,
    Owner: owner,
    StorageClass: spokenClass(dialect, version.storageClass),
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0022.html */
export function listObjects(context: ObsContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const given = (name: string) => call.query.get(name) ?? '';
  const most = pageSize(call, 'max-keys');
  const [prefix, delimiter, marker] = [given('prefix'), given('delimiter'), given('marker')];
  const page = objectsPage(context.model, bucket.name, { prefix, delimiter, marker, most });
  const { name, encode } = encodingOf(call);
  return {
    status: 200,
    headers: { ...xmlHeaders, [`${call.dialect.prefix}bucket-location`]: bucket.region },
    body: xmlDocument(
      'ListBucketResult',
      {
        EncodingType: name,
        Name: bucket.name,
        Prefix: encode(prefix),
        Marker: encode(marker),
        MaxKeys: most,
        Delimiter: delimiter === '' ? undefined : encode(delimiter),
        IsTruncated: page.next !== undefined,
        NextMarker: page.next && encode(page.next.key),
        Contents: page.items.map((version) => describe(call.dialect, version, encode)),
        CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
      },
      call.dialect.namespace(context.region),
    ),
  };
}

/** One page of versions, which is enough for tests: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0022.html */
export function listObjectVersions(context: ObsContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const prefix = call.query.get('prefix') ?? '';
  const { name, encode } = encodingOf(call);
  const page = versionsPage(context.model, bucket.name, prefix);
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListVersionsResult',
      {
        EncodingType: name,
        Name: bucket.name,
        Prefix: encode(prefix),
        IsTruncated: false,
        Version: page.versions.map((version) => ({
          ...describe(call.dialect, version, encode),
          ...page.factsOf(version),
        })),
        DeleteMarker: page.markers.map((version) => ({
          Key: encode(version.key),
          LastModified: version.lastModified.toISOString(),
          Owner: owner,
          ...page.factsOf(version),
        })),
      },
      call.dialect.namespace(context.region),
    ),
  };
}
