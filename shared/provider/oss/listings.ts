import * as v from 'valibot';
import type { HttpAnswer } from '../../http/transport.ts';
import type { PartsPage, UploadsPage } from '../provider.ts';
import { incomplete, readXml, wholeNumber } from './answers.ts';
import type { OssRequest } from './request.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const emptyAsAbsent = v.optional(
  v.pipe(
    v.string(),
    v.transform((value) => (value === '' ? undefined : value)),
  ),
);
const truncated = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((value) => value === 'true'),
);

const partsResult = v.object({
  IsTruncated: truncated,
  NextPartNumberMarker: emptyAsAbsent,
  Part: v.optional(
    v.array(v.object({ PartNumber: wholeNumber, ETag: text, Size: wholeNumber, HashCrc64ecma: emptyAsAbsent })),
    [],
  ),
});

const uploadsResult = v.object({
  EncodingType: v.optional(v.string(), ''),
  IsTruncated: truncated,
  NextKeyMarker: emptyAsAbsent,
  NextUploadIdMarker: emptyAsAbsent,
  Upload: v.optional(
    v.array(v.object({ Key: text, UploadId: text, Initiated: v.pipe(v.string(), v.isoTimestamp()) })),
    [],
  ),
});

/** @throws CopyError IncompleteAnswer, also for a next page that would begin where this one began. */
export function readParts(answer: HttpAnswer, request: OssRequest, after = 0): PartsPage {
  const result = readXml(answer, request, 'ListPartsResult', partsResult);
  const parts = result.Part.map(({ PartNumber, ETag, Size, HashCrc64ecma }) => ({
    partNumber: PartNumber,
    etag: ETag,
    size: Size,
    crc64ecma: HashCrc64ecma,
  }));
  if (!result.IsTruncated) return { parts };
  const next = v.safeParse(wholeNumber, result.NextPartNumberMarker);
  if (!next.success || next.output <= after)
    throw incomplete('says that there are more parts, but not after which one');
  return { parts, next: next.output };
}

/** Keys decoded. @throws CopyError IncompleteAnswer */
export function readUploads(answer: HttpAnswer, request: OssRequest): UploadsPage {
  const result = readXml(answer, request, 'ListMultipartUploadsResult', uploadsResult);
  const decode = result.EncodingType === 'url' ? decodeUrl : (key: string) => key;
  const uploads = result.Upload.map(({ Key, UploadId, Initiated }) => ({
    key: decode(Key),
    uploadId: UploadId,
    initiated: new Date(Initiated),
  }));
  if (!result.IsTruncated) return { uploads };
  if (result.NextKeyMarker === undefined) throw incomplete('says that there are more uploads, but not after which one');
  return { uploads, next: { key: decode(result.NextKeyMarker), uploadId: result.NextUploadIdMarker } };
}

/** A `+` can only be a blank here: the encoding writes a plus sign as %2B. */
function decodeUrl(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw incomplete('has a key that is not percent-encoded UTF-8');
  }
}
