import * as v from 'valibot';
import { parseJson } from '../../http/json.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import type { ListPartsRequest, ListUploadsRequest, PartsPage, UploadsMarker, UploadsPage } from '../provider.ts';
import { incomplete, opaqueId } from '../xml/answers.ts';
import { dateOf } from '../xml/object-facts.ts';
import { QINGSTOR_DIALECT } from './dialect.ts';
import { pageSize } from './upload-requests.ts';

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024));
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** An ETag that is not listed proves nothing, and that is for the caller to say (QS-4). */
const partsResult = v.object({
  object_parts: v.nullish(
    v.array(v.object({ part_number: whole, size: whole, etag: v.nullish(v.pipe(v.string(), v.maxLength(1024)), '') })),
    [],
  ),
});

const uploadsResult = v.object({
  has_more: v.nullish(v.boolean()),
  next_key_marker: v.nullish(v.string(), ''),
  next_upload_id_marker: v.nullish(v.string(), ''),
  uploads: v.nullish(
    v.array(v.object({ key: text, upload_id: opaqueId, created: v.pipe(v.string(), v.isoTimestamp()) })),
    [],
  ),
});

/**
 * No flag says that there is more: a page as long as was asked for may have a next one, after its last part.
 *
 * @throws CopyError IncompleteAnswer, also for a full page that begins before the part it was asked to begin after.
 */
export function readParts(answer: HttpAnswer, { after = 0, limit }: ListPartsRequest): PartsPage {
  const { object_parts: listed } = parseJson(answer.body, partsResult);
  const parts = listed
    .map(({ part_number, size, etag }) => ({ partNumber: part_number + 1, etag, size }))
    .filter(({ partNumber }) => partNumber > after)
    .toSorted((left, right) => left.partNumber - right.partNumber);
  if (listed.length < pageSize(limit)) return { parts };
  const next = parts.at(-1)?.partNumber;
  if (next === undefined) throw incomplete(QINGSTOR_DIALECT, 'lists only parts that were listed before');
  return { parts, next };
}

/** Servers without `has_more` give the next markers, or just a full page. @throws CopyError IncompleteAnswer */
export function readUploads(answer: HttpAnswer, { limit }: ListUploadsRequest): UploadsPage {
  const result = parseJson(answer.body, uploadsResult);
  const uploads = result.uploads.map(({ key, upload_id, created }) => ({
    key,
    uploadId: upload_id,
    initiated: new Date(created),
  }));
  const marker = markerOf(result.next_key_marker, result.next_upload_id_marker) ?? uploads.at(-1);
  const more = result.has_more ?? (result.next_key_marker !== '' || uploads.length >= pageSize(limit));
  const answeredAt = dateOf(answer.headers['date']);
  if (!more) return { uploads, answeredAt };
  if (marker === undefined) throw incomplete(QINGSTOR_DIALECT, 'says that there are more uploads, but not after which');
  return { uploads, answeredAt, next: { key: marker.key, uploadId: marker.uploadId } };
}

function markerOf(key: string, uploadId: string): UploadsMarker | undefined {
  return key === '' ? undefined : { key, ...(uploadId === '' ? {} : { uploadId }) };
}
