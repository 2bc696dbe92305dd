import type { Answer } from '../../answer.ts';
import { compareKeys } from '../../object-model.ts';
import type { StoredPart, Upload } from '../../object-types.ts';
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
  const later = [...upload.parts.values()]
    .filter((part) => part.partNumber > marker)
    .sort((a, b) => a.partNumber - b.partNumber);
  const page = later.slice(0, most);
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
        NextPartNumberMarker: page.at(-1)?.partNumber ?? marker,
        MaxParts: most,
        IsTruncated: later.length > page.length,
        Part: page.map(describePart),
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

/** One line of a listing of uploads: an upload, or the prefix that many of them share. */
type Entry = { readonly upload: Upload; readonly key: string } | { readonly prefix: string; readonly key: string };

/** https://www.alibabacloud.com/help/en/oss/developer-reference/listmultipartuploads */
export function listMultipartUploads(context: OssContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
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
  const encoding = encodingOf(call);
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'ListMultipartUploadsResult',
      {
        EncodingType: encoding.name,
        Bucket: bucket.name,
        KeyMarker: encoding.encode(keyMarker),
        UploadIdMarker: uploadIdMarker,
        NextKeyMarker: truncated ? encoding.encode(last?.key ?? '') : '',
        NextUploadIdMarker: truncated && last && 'upload' in last ? last.upload.uploadId : '',
        Delimiter: encoding.encode(delimiter),
        Prefix: encoding.encode(prefix),
        MaxUploads: most,
        IsTruncated: truncated,
        Upload: page.flatMap((entry) =>
          'upload' in entry
            ? [
                {
                  Key: encoding.encode(entry.key),
                  UploadId: entry.upload.uploadId,
                  StorageClass: entry.upload.properties.storageClass,
                  Initiated: entry.upload.initiated.toISOString(),
                },
              ]
            : [],
        ),
        CommonPrefixes: page.flatMap((entry) => ('prefix' in entry ? [{ Prefix: encoding.encode(entry.prefix) }] : [])),
      },
      ossNamespace,
    ),
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
