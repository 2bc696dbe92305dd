import * as v from 'valibot';
import type { HttpAnswer } from '../../http/transport.ts';
import type { PartsPage, UploadsPage } from '../provider.ts';
import { emptyAsAbsent, incomplete, MAX_ENCODED_KEY, opaqueId, readXml, wholeNumber } from './answers.ts';
import type { Dialect } from './dialect.ts';
import { dateOf } from './object-facts.ts';
import type { StoreRequest } from './request.ts';

const encodedKey = v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_ENCODED_KEY));
/** Some stores leave it out, or write it as their language does. */
const truncated = v.optional(
  v.pipe(
    v.string(),
    v.toLowerCase(),
    v.picklist(['true', 'false']),
    v.transform((value) => value === 'true'),
  ),
);

const partsResult = v.object({
  IsTruncated: truncated,
  NextPartNumberMarker: emptyAsAbsent,
  Part: v.optional(
    v.array(v.object({ PartNumber: wholeNumber, ETag: opaqueId, Size: wholeNumber, HashCrc64ecma: emptyAsAbsent })),
    [],
  ),
});

const uploadsResult = v.object({
  EncodingType: v.optional(v.string(), ''),
  IsTruncated: truncated,
  NextKeyMarker: emptyAsAbsent,
  NextUploadIdMarker: emptyAsAbsent,
  Upload: v.optional(
    v.array(v.object({ Key: encodedKey, UploadId: opaqueId, Initiated: v.pipe(v.string(), v.isoTimestamp()) })),
    [],
  ),
});

/** @throws CopyError IncompleteAnswer, also for a next page that would begin where this one began. */
export function readParts(answer: HttpAnswer, request: StoreRequest, dialect: Dialect, after = 0): PartsPage {
  const result = readXml(answer, request, dialect, 'ListPartsResult', partsResult);
  const parts = result.Part.map(({ PartNumber, ETag, Size, HashCrc64ecma }) => ({
    partNumber: PartNumber,
    etag: ETag,
    size: Size,
    crc64ecma: HashCrc64ecma,
  }));
  // Unsaid, a marker behind parts is followed, and the page behind the last one is empty.
  const more = result.IsTruncated ?? (parts.length > 0 && result.NextPartNumberMarker !== undefined);
  if (!more) return { parts };
  const next = v.safeParse(wholeNumber, result.NextPartNumberMarker);
  if (!next.success || next.output <= after) {
    throw incomplete(dialect, 'says that there are more parts, but not after which one');
  }
  return { parts, next: next.output };
}

/** Keys decoded, where the provider says that it encoded them. @throws CopyError IncompleteAnswer */
export function readUploads(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): UploadsPage {
  const result = readXml(answer, request, dialect, 'ListMultipartUploadsResult', uploadsResult);
  const decode = result.EncodingType === 'url' ? (key: string) => decodeUrl(key, dialect) : (key: string) => key;
  const uploads = result.Upload.map(({ Key, UploadId, Initiated }) => ({
    key: decode(Key),
    uploadId: UploadId,
    initiated: new Date(Initiated),
  }));
  const more = result.IsTruncated ?? (uploads.length > 0 && result.NextKeyMarker !== undefined);
  const answeredAt = dateOf(answer.headers['date']);
  if (!more) return { uploads, answeredAt };
  if (result.NextKeyMarker === undefined) {
    throw incomplete(dialect, 'says that there are more uploads, but not after which one');
  }
  return { uploads, answeredAt, next: { key: decode(result.NextKeyMarker), uploadId: result.NextUploadIdMarker } };
}

/** A `+` can only be a blank here: the encoding writes a plus sign as %2B. */
function decodeUrl(encoded: string, dialect: Dialect): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw incomplete(dialect, 'has a key that is not percent-encoded UTF-8');
  }
}
