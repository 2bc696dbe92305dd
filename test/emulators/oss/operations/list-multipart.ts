import type { Answer } from '../../answer.ts';
import type { StoredPart } from '../../object-types.ts';
import { partsPage, uploadsPage } from '../../pages.ts';
import { Refusal } from '../../refusal.ts';
import { xmlDocument } from '../../xml.ts';
import {
  type BucketCall,
  findBucket,
  type ObjectCall,
  type OssCall,
  type OssContext,
  ossNamespace,
  xmlHeaders,
} from '../context.ts';
import { encodingOf, findUpload } from './multipart.ts';

const mostEntries = 1000;

/** The number of entries a listing may have; OSS refuses what is outside 1 to 1000. */
export function pageSize({ query }: OssCall, name: string, byDefault = mostEntries): number {
  const text = query.get(name);
  if (text === undefined || text === '') {
    return byDefault;
  }
  const size = Number(text);
  if (!/^\d+$/.test(text) || size < 1 || size > mostEntries) {
    throw new Refusal(400, 'InvalidArgument', `Argument ${name} must be an integer between 1 and ${mostEntries}.`, {
      fields: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return size;
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listparts */
export function listParts(context: OssContext, call: ObjectCall): Answer {
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
        StorageClass: upload.properties.storageClass,
        PartNumberMarker: marker,
        NextPartNumberMarker: page.last,
        MaxParts: most,
        IsTruncated: page.truncated,
        Part: page.parts.map(describePart),
      },
      ossNamespace,
    ),
  };
}

function describePart(part: StoredPart) {
  return {
    PartNumber: part.partNumber,
    LastModified: part.lastModified.toISOString(),
    ETag: `"${part.etag}"`,
    HashCrc64ecma: part.crc64,
    Size: part.content.size,
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listmultipartuploads */
export function listMultipartUploads(context: OssContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const given = (name: string) => call.query.get(name) ?? '';
  const most = pageSize(call, 'max-uploads');
  const [prefix, delimiter, marker, uploadIdMarker] = [
    given('prefix'),
    given('delimiter'),
    given('key-marker'),
    given('upload-id-marker'),
  ];
  const page = uploadsPage(context.model, bucket.name, { prefix, delimiter, marker, uploadIdMarker, most });
  const encoding = encodingOf(call);
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListMultipartUploadsResult',
      {
        EncodingType: encoding.name,
        Bucket: bucket.name,
        KeyMarker: encoding.encode(marker),
        UploadIdMarker: marker === '' ? '' : uploadIdMarker,
        NextKeyMarker: encoding.encode(page.next?.key ?? ''),
        NextUploadIdMarker: page.next?.item?.uploadId ?? '',
        Delimiter: encoding.encode(delimiter),
        Prefix: encoding.encode(prefix),
        MaxUploads: most,
        IsTruncated: page.next !== undefined,
        Upload: page.items.map((upload) => ({
          Key: encoding.encode(upload.key),
          UploadId: upload.uploadId,
          StorageClass: upload.properties.storageClass,
          Initiated: upload.initiated.toISOString(),
        })),
        CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encoding.encode(common) })),
      },
      ossNamespace,
    ),
  };
}
