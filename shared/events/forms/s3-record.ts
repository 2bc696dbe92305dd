import * as v from 'valibot';
import { CopyError } from '../../errors.ts';
import { BucketName, EventName, KeyText, Note, objectCreated, parseEvent, Size, VersionId } from '../fields.ts';
import { encodedKey, likelyEncodedKey } from '../keys.ts';
import type { Read } from '../object-created.ts';

/**
 * One element of `Records`, as S3 and everything that speaks its dialect writes it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const S3Record = v.object({
  eventVersion: v.optional(v.string()),
  eventSource: Note,
  awsRegion: Note,
  eventTime: Note,
  eventName: EventName,
  responseElements: v.fallback(v.optional(v.object({ 'x-amz-request-id': Note })), undefined),
  s3: v.object({
    bucket: v.object({
      name: BucketName,
      arn: Note,
      ownerIdentity: v.fallback(v.optional(v.object({ PrincipalId: Note })), undefined),
    }),
    object: v.object({ key: KeyText, size: Size, eTag: Note, versionId: VersionId, sequencer: Note }),
  }),
});
type S3Record = v.InferOutput<typeof S3Record>;

/** Only these make an object; MinIO has `ObjectCreated:` names for changes of retention and legal hold, too. */
const CREATIONS: ReadonlySet<string> = new Set(['put', 'post', 'copy', 'completemultipartupload']);

/** True when an event name, with or without `s3:`, says that an object was created. */
export function isS3Creation(eventName: string): boolean {
  const [, group, kind = ''] = /^(?:s3:)?(\w+):(\w+)$/i.exec(eventName) ?? [];
  // EventGrid of Huawei writes PUT where everybody else writes Put.
  return group === 'ObjectCreated' && CREATIONS.has(kind.toLowerCase());
}

/**
 * Reads one S3 record: of Amazon, of a clone, or of OBS, which calls itself `aws:s3`.
 *
 * @param pushedBy the provider that the message was received from, if that is known.
 */
export function readS3Record(value: unknown, pushedBy: string | undefined): Read {
  const record = parseEvent(S3Record, value, 'S3');
  const { eventName: name, eventVersion = '2.0' } = record;
  if (!eventVersion.startsWith('2.')) {
    throw new CopyError(
      'InvalidRequest',
      `The S3 event has version ${eventVersion.slice(0, 20)}; only 2.x can be read.`,
    );
  }
  if (!isS3Creation(name))
    return { ignored: { name, reason: 'It says that something else than a creation happened.' } };
  const { bucket, object } = record.s3;
  const provider = providerOf(record, pushedBy);
  return {
    created: objectCreated({
      provider,
      region: record.awsRegion,
      bucket: bucket.name,
      // Amazon and MinIO are known to encode keys, the others only look like it.
      keyForms: isCertain(record, provider) ? encodedKey(object.key) : likelyEncodedKey(object.key),
      versionId: object.versionId,
      etag: object.eTag,
      size: object.size,
      time: record.eventTime,
      name,
      sequencer: object.sequencer,
      id: record.responseElements?.['x-amz-request-id'],
    }),
  };
}

function isCertain({ eventSource = '' }: S3Record, provider: string): boolean {
  return provider === 's3' && (eventSource === 'aws:s3' || eventSource === 'minio:s3');
}

/** OBS gives itself away by the owner's capital letter, and by the ARN that its functions get. */
function providerOf({ s3: { bucket } }: S3Record, pushedBy: string | undefined): string {
  if (pushedBy !== undefined) return pushedBy === 'obs' ? 'obs' : 's3';
  return bucket.ownerIdentity?.PrincipalId !== undefined || bucket.arn?.startsWith('arn:fss:') === true ? 'obs' : 's3';
}
