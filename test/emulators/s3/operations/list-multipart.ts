import type { Answer } from '../../answer.ts';
import { compareKeys } from '../../object-model.ts';
import type { StoredPart, Upload } from '../../object-types.ts';
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

/** How names in an answer are encoded: as they are, or as `encoding-type=url` asks. */
export function encodingOf({ query }: S3Call): {
  readonly name: 'url' | undefined;
  readonly encode: (text: string) => string;
} {
  const asked = query.get('encoding-type');
  if (asked !== undefined && asked !== '' && asked !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', asked);
  }
  return asked === 'url'
    ? { name: 'url', encode: (text) => encodePercent(text).replaceAll('%2F', '/') }
    : { name: undefined, encode: (text) => text };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export function listParts(context: S3Context, call: ObjectCall): Answer {
  const bucket = findBucket(context, call);
  const upload = findUpload(context, call);
  const most = pageSize(call, 'max-parts');
  const marker = Number(call.query.get('part-number-marker') ?? '0');
  const later = [...upload.parts.values()]
    .filter((part) => part.partNumber > marker)
    .sort((a, b) => a.partNumber - b.partNumber);
  const page = later.slice(0, most);
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
        NextPartNumberMarker: page.at(-1)?.partNumber ?? marker,
        MaxParts: most,
        IsTruncated: later.length > page.length,
        ...(tells ? { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type } : {}),
        Part: page.map((part) => ({ ...describePart(part), ...partChecksum(context, upload, part) })),
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

/** One line of a listing of uploads: an upload, or the prefix that many of them share. */
type Entry = { readonly upload: Upload; readonly key: string } | { readonly prefix: string; readonly key: string };

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export function listMultipartUploads(context: S3Context, call: BucketCall): Answer {
  const bucket = findBucket(context, call);
  const { query } = call;
  const most = pageSize(call, 'max-uploads');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  // Without a key marker the upload id marker means nothing.
  const uploadIdMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const later = context.model
    .openUploads(bucket.name)
    .filter((upload) => upload.key.startsWith(prefix) && follows(upload, keyMarker, uploadIdMarker));
  const entries = grouped(later, prefix, delimiter).filter((entry) => 'upload' in entry || entry.prefix !== keyMarker);
  const page = entries.slice(0, most);
  const last = page.at(-1);
  const truncated = entries.length > page.length;
  const { name, encode } = encodingOf(call);
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListMultipartUploadsResult',
      {
        EncodingType: name,
        Bucket: bucket.name,
        KeyMarker: encode(keyMarker),
        UploadIdMarker: uploadIdMarker,
        NextKeyMarker: truncated ? encode(last?.key ?? '') : '',
        NextUploadIdMarker: truncated && last && 'upload' in last ? last.upload.uploadId : '',
        Delimiter: delimiter === '' ? undefined : encode(delimiter),
        Prefix: encode(prefix),
        MaxUploads: most,
        IsTruncated: truncated,
        Upload: page.flatMap((entry) => ('upload' in entry ? [describeUpload(context, entry.upload, encode)] : [])),
        CommonPrefixes: page.flatMap((entry) => ('prefix' in entry ? [{ Prefix: encode(entry.prefix) }] : [])),
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

function follows(upload: Upload, keyMarker: string, uploadIdMarker: string): boolean {
  const order = compareKeys(upload.key, keyMarker);
  return order > 0 || (order === 0 && uploadIdMarker !== '' && compareKeys(upload.uploadId, uploadIdMarker) > 0);
}

function grouped(uploads: readonly Upload[], prefix: string, delimiter: string): readonly Entry[] {
  const seen = new Set<string>();
  return uploads.flatMap((upload): Entry[] => {
    const end = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
    if (end < 0) {
      return [{ upload, key: upload.key }];
    }
    const common = upload.key.slice(0, end + delimiter.length);
    if (seen.has(common)) {
      return [];
    }
    seen.add(common);
    return [{ prefix: common, key: common }];
  });
}
