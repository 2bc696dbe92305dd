import * as v from 'valibot';
import { BucketName, EventName, KeyText, Note, objectCreated, parseEvent } from '../fields.ts';
import { likelyRawKey } from '../keys.ts';
import type { Read } from '../object-created.ts';

/**
 * What QingStor's `notifier` posts is not documented. The answer of its other functions names `bucket` and `object`;
 * that much is enough for a hint, and nothing more is believed.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/bucket/notification/put_notification/
 */
const Hint = v.object({
  bucket: BucketName,
  object: v.optional(KeyText),
  key: v.optional(KeyText),
  event_type: v.optional(EventName),
  request_id: Note,
});

const CREATIONS: ReadonlySet<string> = new Set(['create_object', 'complete_multipart']);

/** Reads a hint of QingStor. @throws CopyError InvalidRequest */
export function readQingstorHint(value: unknown): Read {
  const { bucket, object, key, event_type: name = 'create_object', request_id } = parseEvent(Hint, value, 'QingStor');
  if (!CREATIONS.has(name))
    return { ignored: { name, reason: 'It says that something else than a creation happened.' } };
  const { object: text } = parseEvent(v.object({ object: KeyText }), { object: object ?? key }, 'QingStor');
  return {
    created: objectCreated({ provider: 'qingstor', bucket, keyForms: likelyRawKey(text), name, id: request_id }),
  };
}
