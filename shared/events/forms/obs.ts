import * as v from 'valibot';
import { BucketName, EventName, KeyText, Note, objectCreated, parseEvent, Size, VersionId } from '../fields.ts';
import { likelyEncodedKey } from '../keys.ts';
import type { Read } from '../object-created.ts';
import { isS3Creation } from './s3-record.ts';

/**
 * One record of version 3.0, OBS's own: SMN carries it in `Records`, EventGrid in `data`. The bucket's name stands in
 * one of two fields.
 *
 * @see https://support.huaweicloud.com/ugobs-obs/obs_41_0045.html
 */
const ObsRecord = v.object({
  eventName: v.optional(EventName),
  eventRegion: Note,
  eventTime: Note,
  responseElements: v.fallback(v.optional(v.object({ 'x-obs-request-id': Note })), undefined),
  obs: v.object({
    bucket: v.union([v.object({ name: BucketName }), v.object({ bucket: BucketName })], 'names no bucket.'),
    object: v.object({ key: KeyText, size: Size, eTag: Note, versionId: VersionId, sequencer: Note }),
  }),
});

/** What a CloudEvent around a record knows better: OBS writes its local time with a Z. */
interface ObsEnvelope {
  readonly id?: string | undefined;
  readonly time?: string | undefined;
  /** The event name in the type of the CloudEvent. */
  readonly name?: string | undefined;
}

/** Reads one record of OBS. @throws CopyError InvalidRequest */
export function readObsRecord(value: unknown, envelope: ObsEnvelope = {}): Read {
  const record = parseEvent(ObsRecord, value, 'OBS');
  const name = record.eventName ?? envelope.name ?? '';
  if (!isS3Creation(name))
    return { ignored: { name, reason: 'It says that something else than a creation happened.' } };
  const { bucket, object } = record.obs;
  return {
    created: objectCreated({
      provider: 'obs',
      region: record.eventRegion,
      bucket: 'name' in bucket ? bucket.name : bucket.bucket,
      // Encoded in SMN; in EventGrid the subscription decides (objectKeyEncode).
      keyForms: likelyEncodedKey(object.key),
      versionId: versionOf(object.versionId),
      etag: object.eTag,
      size: object.size,
      time: envelope.time ?? record.eventTime,
      name,
      sequencer: object.sequencer,
      id: envelope.id ?? (record.responseElements?.['x-obs-request-id'] || undefined),
    }),
  };
}

/** EventGrid names the null version by an id of its own that ends in `null` and that no request takes. */
function versionOf(versionId: string | null | undefined): string | null | undefined {
  return versionId?.endsWith('null') ? 'null' : versionId;
}
