import * as v from 'valibot';
import { BucketName, EventName, KeyText, Note, objectCreated, parseEvent, Size } from '../fields.ts';
import { likelyRawKey } from '../keys.ts';
import type { Read } from '../object-created.ts';

const Request = v.fallback(v.optional(v.object({ requestId: Note })), undefined);

/**
 * One element of `events`, as OSS gives it to message queues and to functions; EventBridge has it in `data`. The help
 * pages show region and request id beside `oss` and inside of it. OSS names no version.
 *
 * @see https://www.alibabacloud.com/help/en/mns/user-guide/create-a-rule-to-generate-oss-event-notifications
 * @see https://www.alibabacloud.com/help/en/fc/formats-of-event-for-different-triggers
 */
const OssEvent = v.object({
  eventName: EventName,
  eventTime: Note,
  region: Note,
  responseElements: Request,
  oss: v.object({
    bucket: v.object({ name: BucketName }),
    object: v.object({ key: KeyText, size: Size, eTag: Note }),
    region: Note,
    responseElements: Request,
  }),
});

/**
 * What makes an object, and nothing that only begins one: a rule on `ObjectCreated:*` also fires for
 * `InitiateMultipartUpload`, `UploadPart` and `UploadPartCopy`. Replication makes objects under names of its own.
 *
 * @see https://www.alibabacloud.com/help/en/eventbridge/user-guide/oss-events
 */
const CREATIONS: ReadonlySet<string> = new Set([
  'ObjectCreated:PutObject',
  'ObjectCreated:PostObject',
  'ObjectCreated:CopyObject',
  'ObjectCreated:CompleteMultipartUpload',
  'ObjectCreated:AppendObject',
  'ObjectCreated:PutSymlink',
  'ObjectReplication:ObjectCreated',
  'ObjectReplication:ObjectModified',
]);

/** Reads one event of OSS; `id` and `time` are those of the envelope where there is one. */
export function readOssEvent(value: unknown, envelope: { readonly id?: string; readonly time?: string } = {}): Read {
  const event = parseEvent(OssEvent, value, 'OSS');
  const name = event.eventName.replace(/^oss:/i, '');
  if (!CREATIONS.has(name)) return { ignored: { name, reason: reasonFor(name) } };
  const { oss } = event;
  return {
    created: objectCreated({
      provider: 'oss',
      region: event.region ?? oss.region,
      bucket: oss.bucket.name,
      // The documents show no key that would need an encoding.
      keyForms: likelyRawKey(oss.object.key),
      etag: oss.object.eTag,
      size: oss.object.size,
      time: envelope.time ?? event.eventTime,
      name,
      id: envelope.id ?? event.responseElements?.requestId ?? oss.responseElements?.requestId,
    }),
  };
}

function reasonFor(name: string): string {
  return name.startsWith('ObjectCreated:')
    ? 'It tells of a step of an upload, and the object is there only when the upload is completed.'
    : 'It says that something else than a creation happened.';
}
