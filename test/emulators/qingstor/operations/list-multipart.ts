import type { Answer } from '../../answer.ts';
import { compareKeys } from '../../object-model.ts';
import type { Upload } from '../../object-types.ts';
import { Refusal } from '../../refusal.ts';
import { type BucketCall, findBucket, jsonAnswer, type ObjectCall, type QingstorContext } from '../context.ts';
import { findUpload } from './multipart.ts';
import { cutPage, limitOf } from './pages.ts';

/**
 * A page says how many parts it has and not whether there are more: https://docs.qingcloud.com/qingstor/api/object/list_multipart.html
 */
export function listParts(context: QingstorContext, call: ObjectCall): Answer {
  findBucket(context, call.bucket);
  const upload = findUpload(context, call);
  const limit = limitOf(call);
  const marker = markerOf(call);
  const page = [...upload.parts.values()]
    .filter((part) => part.partNumber > marker)
    .sort((a, b) => a.partNumber - b.partNumber)
    .slice(0, limit);
  return jsonAnswer({
    count: page.length,
    object_parts: page.map((part) => ({
      part_number: part.partNumber,
      size: part.content.size,
      created: part.lastModified.toISOString(),
      etag: `"${part.etag}"`,
    })),
  });
}

/** The marker is exclusive and parts begin at 0: without one the page begins before part 0. */
function markerOf({ query }: ObjectCall): number {
  const text = query.get('part_number_marker') ?? '';
  if (!/^\d*$/.test(text)) {
    throw new Refusal(400, 'invalid_argument', 'The part_number_marker must be a part number.');
  }
  return text === '' ? -1 : Number(text);
}

/** https://docs.qingcloud.com/qingstor/api/bucket/list_multipart_uploads.html */
export function listMultipartUploads(context: QingstorContext, call: BucketCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const { query } = call;
  const limit = limitOf(call);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('key_marker') ?? '';
  // Without a key marker the upload id marker means nothing.
  const uploadIdMarker = marker === '' ? '' : (query.get('upload_id_marker') ?? '');
  const later = context.model.openUploads(bucket.name).filter((upload) => follows(upload, marker, uploadIdMarker));
  const page = cutPage(later, { prefix, delimiter, marker, limit });
  return jsonAnswer({
    name: bucket.name,
    prefix,
    delimiter,
    limit,
    marker,
    next_key_marker: page.truncated ? page.lastKey : '',
    next_upload_id_marker: page.truncated ? (page.lastItem?.uploadId ?? '') : '',
    ...(context.quirks.hasMore ? { has_more: page.truncated } : {}),
    uploads: page.items.map(({ key, uploadId, initiated }) => ({
      key,
      upload_id: uploadId,
      created: initiated.toISOString(),
    })),
    common_prefixes: page.prefixes,
  });
}

function follows(upload: Upload, keyMarker: string, uploadIdMarker: string): boolean {
  const order = compareKeys(upload.key, keyMarker);
  return order > 0 || (order === 0 && uploadIdMarker !== '' && compareKeys(upload.uploadId, uploadIdMarker) > 0);
}
