import * as v from 'valibot';
import { CopyError } from '../../errors.ts';
import { BucketName, EventName, KeyText, Note, objectCreated, parseEvent, Size, VersionId } from '../fields.ts';
import type { Read } from '../object-created.ts';

const Source = v.object({ source: v.string(), 'detail-type': EventName });

/**
 * An event of S3 on Amazon EventBridge. Its key is not encoded.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
const Created = v.object({
  id: Note,
  time: Note,
  region: Note,
  detail: v.object({
    bucket: v.object({ name: BucketName }),
    object: v.object({ key: KeyText, size: Size, etag: Note, 'version-id': VersionId, sequencer: Note }),
    reason: Note,
  }),
});

/** Reads one event of Amazon EventBridge. @throws CopyError InvalidRequest, also for an event of another service. */
export function readS3EventBridge(value: unknown): Read {
  const { source, 'detail-type': name } = parseEvent(Source, value, 'EventBridge');
  if (source !== 'aws.s3') {
    throw new CopyError('InvalidRequest', `The EventBridge event is of ${source.slice(0, 100)}; only aws.s3 is read.`);
  }
  if (name !== 'Object Created') {
    return { ignored: { name, reason: 'It says that something else than a creation happened.' } };
  }
  const { id, time, region, detail } = parseEvent(Created, value, 'EventBridge');
  const { object } = detail;
  return {
    created: objectCreated({
      provider: 's3',
      region,
      bucket: detail.bucket.name,
      keyForms: [object.key],
      versionId: object['version-id'],
      etag: object.etag,
      size: object.size,
      time,
      name: detail.reason === undefined ? name : `${name} (${detail.reason.slice(0, 50)})`,
      sequencer: object.sequencer,
      id,
    }),
  };
}
