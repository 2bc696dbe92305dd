import type { Answer } from '../../answer.ts';
import { partsPage, uploadsPage } from '../../pages.ts';
import { xmlDocument } from '../../xml.ts';
import { type BucketCall, findBucket, type ObjectCall, type ObsContext, owner, xmlHeaders } from '../context.ts';
import { spokenClass } from '../dialect.ts';
import { encodingOf, pageSize } from '../listing.ts';
import { findUpload } from './multipart.ts';

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0101.html */
export function listParts(context: ObsContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const upload = findUpload(context, call);
  const most = pageSize(call, 'max-parts');
  const marker = Number(call.query.get('part-number-marker') ?? '0');
  const page = partsPage(upload, { after: marker, most });
  const encoding = encodingOf(call);
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListPartsResult',
      {
        EncodingType: encoding.name,
        Bucket: bucket.name,
        Key: encoding.encode(upload.key),
        UploadId: upload.uploadId,
        Initiator: { ID: `domain/${upload.initiator}`, DisplayName: upload.initiator },
        Owner: owner,
        StorageClass: spokenClass(call.dialect, upload.properties.storageClass),
        PartNumberMarker: marker,
        NextPartNumberMarker: page.last,
        MaxParts: most,
        IsTruncated: page.truncated,
        Part: page.parts.map((part) => ({
          PartNumber: part.partNumber,
          LastModified: part.lastModified.toISOString(),
          ETag: `"${part.etag}"`,
          Size: part.content.size,
        })),
      },
      call.dialect.namespace(context.region),
    ),
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0097.html */
export function listMultipartUploads(context: ObsContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const given = (name: string) => call.query.get(name) ?? '';
  const most = pageSize(call, 'max-uploads');
  const marker = given('key-marker');
  const uploadIdMarker = given('upload-id-marker');
  const [prefix, delimiter] = [given('prefix'), given('delimiter')];
  const page = uploadsPage(context.model, bucket.name, { prefix, delimiter, marker, uploadIdMarker, most });
  const { name, encode } = encodingOf(call);
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListMultipartUploadsResult',
      {
        EncodingType: name,
        Bucket: bucket.name,
        KeyMarker: encode(marker),
        UploadIdMarker: marker === '' ? '' : uploadIdMarker,
        NextKeyMarker: page.next && encode(page.next.key),
        NextUploadIdMarker: page.next?.item?.uploadId,
        Delimiter: delimiter === '' ? undefined : encode(delimiter),
        Prefix: encode(prefix),
        MaxUploads: most,
        IsTruncated: page.next !== undefined,
        Upload: page.items.map((upload) => ({
          Key: encode(upload.key),
          UploadId: upload.uploadId,
          Initiator: { ID: `domain/${upload.initiator}`, DisplayName: upload.initiator },
          Owner: owner,
          StorageClass: spokenClass(call.dialect, upload.properties.storageClass),
          Initiated: upload.initiated.toISOString(),
        })),
        CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
      },
      call.dialect.namespace(context.region),
    ),
  };
}
