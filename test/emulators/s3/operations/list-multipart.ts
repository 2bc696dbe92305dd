import type { Answer } from '../../answer.ts';
import type { StoredPart, Upload } from '../../object-types.ts';
import { nameEncoding, partsPage, uploadsPage } from '../../pages.ts';
import { encodePercent } from '../../query.ts';
import { xmlDocument } from '../../xml.ts';
import {
  type BucketCall,
  findBucket,
  invalidArgument,
  type ObjectCall,
  type S3Call,
  type S3Context,
  s3Namespace,
  xmlHeaders,
} from '../context.ts';
import { storageClassName } from '../properties.ts';
import { checksumOfUpload, findUpload, partChecksum } from './multipart.ts';

const mostEntries = 1000;

/** The number of entries a listing may have: S3 gives at most 1000, whatever is asked. */
export function pageSize({ query }: S3Call, name: string): number {
  const text = query.get(name);
  if (text === undefined || text === '') {
    return mostEntries;
  }
  if (!/^\d+$/.test(text) || Number(text) > 2 ** 31 - 1) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, text);
  }
  return Math.min(Number(text), mostEntries);
}

/** How names in an answer are encoded: Amazon keeps slashes. */
export function encodingOf({ query }: S3Call) {
  return nameEncoding(
    query,
    (asked) => invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', asked),
    (text) => encodePercent(text).replaceAll('%2F', '/'),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export function listParts(context: S3Context, call: ObjectCall): Answer {
  const bucket = findBucket(context, call);
  const upload = findUpload(context, call);
  const most = pageSize(call, 'max-parts');
  const marker = Number(call.query.get('part-number-marker') ?? '0');
  const page = partsPage(upload, { after: marker, most });
  const checksum = checksumOfUpload(context, upload);
  const tells = checksum.asked && context.quirks.checksums;
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListPartsResult',
      {
        Bucket: bucket.name,
        Key: upload.key,
        UploadId: upload.uploadId,
        Initiator: { ID: upload.initiator, DisplayName: upload.initiator },
        Owner: { ID: context.ownerId, DisplayName: 'objectferry' },
        StorageClass: storageClassName(upload.properties),
        PartNumberMarker: marker,
        NextPartNumberMarker: page.last,
        MaxParts: most,
        IsTruncated: page.truncated,
        ...(tells ? { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type } : {}),
        Part: page.parts.map((part) => ({ ...describePart(part), ...partChecksum(context, upload, part) })),
      },
      s3Namespace,
    ),
  };
}

function describePart(part: StoredPart) {
  return {
    PartNumber: part.partNumber,
    LastModified: part.lastModified.toISOString(),
    ETag: `"${part.etag}"`,
    Size: part.content.size,
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export function listMultipartUploads(context: S3Context, call: BucketCall): Answer {
  const bucket = findBucket(context, call);
  const given = (parameter: string) => call.query.get(parameter) ?? '';
  const most = pageSize(call, 'max-uploads');
  const [prefix, delimiter] = [given('prefix'), given('delimiter')];
  const [marker, uploadIdMarker] = [given('key-marker'), given('upload-id-marker')];
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
        NextKeyMarker: encode(page.next?.key ?? ''),
        NextUploadIdMarker: page.next?.item?.uploadId ?? '',
        Delimiter: delimiter === '' ? undefined : encode(delimiter),
        Prefix: encode(prefix),
        MaxUploads: most,
        IsTruncated: page.next !== undefined,
        Upload: page.items.map((upload) => describeUpload(context, upload, encode)),
        CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
      },
      s3Namespace,
    ),
  };
}

function describeUpload(context: S3Context, upload: Upload, encode: (text: string) => string) {
  return {
    Key: encode(upload.key),
    UploadId: upload.uploadId,
    Initiator: { ID: upload.initiator, DisplayName: upload.initiator },
    Owner: { ID: context.ownerId, DisplayName: 'objectferry' },
    StorageClass: storageClassName(upload.properties),
    Initiated: upload.initiated.toISOString(),
  };
}
