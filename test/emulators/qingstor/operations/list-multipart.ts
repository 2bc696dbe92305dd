import type { Answer } from '../../answer.ts';
import { partsPage, uploadsPage } from '../../pages.ts';
import { Refusal } from '../../refusal.ts';
import { type BucketCall, findBucket, jsonAnswer, type ObjectCall, type QingstorContext } from '../context.ts';
import { limitOf } from './limit.ts';
import { findUpload } from './multipart.ts';

/**
 * A page says how many parts it has and not whether there are more: https://docs.qingcloud.com/qingstor/api/object/list_multipart.html
 */
export function listParts(context: QingstorContext, call: ObjectCall): Answer {
  findBucket(context, call.bucket);
  const upload = findUpload(context, call);
  const { parts } = partsPage(upload, { after: markerOf(call), most: limitOf(call) });
  return jsonAnswer({
    count: parts.length,
    object_parts: parts.map((part) => ({
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
  const uploadIdMarker = query.get('upload_id_marker') ?? '';
  const page = uploadsPage(context.model, bucket.name, { prefix, delimiter, marker, uploadIdMarker, most: limit });
  return jsonAnswer({
    name: bucket.name,
    prefix,
    delimiter,
    limit,
    marker,
    next_key_marker: page.next?.key ?? '',
    next_upload_id_marker: page.next?.item?.uploadId ?? '',
    ...(context.quirks.hasMore ? { has_more: page.next !== undefined } : {}),
    uploads: page.items.map(({ key, uploadId, initiated }) => ({
      key,
      upload_id: uploadId,
      created: initiated.toISOString(),
    })),
    common_prefixes: page.prefixes,
  });
}
