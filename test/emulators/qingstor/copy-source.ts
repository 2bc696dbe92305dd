import type { Bucket, StoredVersion } from '../object-types.ts';
import { decodePercent, parseQuery } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { checkConditions } from './conditions.ts';
import { type BucketCall, header, type QingstorContext } from './context.ts';
import { checkSourceKey } from './encryption.ts';
import { authorize } from './permissions.ts';
import { findVersion } from './versions.ts';

/** What `x-qs-copy-source` names. */
interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * Takes a copy source apart: `/bucket/key`, URL-encoded, which leaves only visible ASCII. The first raw `?` begins the version,
 * because one in a key is `%3F`; decoding comes before the split at `/`, because some clients encode even that one.
 */
function parseCopySource(value: string): CopySource {
  const question = value.indexOf('?');
  const versionId = question < 0 ? undefined : parseQuery(value.slice(question + 1)).get('version_id');
  const path = decodePercent(question < 0 ? value : value.slice(0, question));
  const [, bucket = '', key = ''] = /^\/([^/]+)\/(.+)$/s.exec(path) ?? [];
  if (!/^[!-~]+$/.test(value) || key === '') {
    throw new Refusal(
      400,
      'invalid_argument',
      'The header x-qs-copy-source must name bucket and object, URL-encoded: /bucket/object.',
    );
  }
  return { bucket, key, versionId };
}

/** Finds what is to be copied and refuses what QingStor does not copy from. */
export function openCopySource(context: QingstorContext, call: BucketCall): StoredVersion {
  const source = parseCopySource(header(call, 'x-qs-copy-source') ?? '');
  const bucket = findSourceBucket(context, source.bucket);
  authorize(call, 'get_object', source.bucket, source.key);
  const version = findVersion(context, bucket, source.key, source.versionId);
  checkConditions(call, version, 'x-qs-copy-source-', 412);
  checkSourceKey(call, version.encryption);
  return version;
}

/** Which code QingStor gives across zones is not documented; the sentence names the reason. */
function findSourceBucket({ model, zone }: QingstorContext, name: string): Bucket {
  const bucket = model.bucket(name);
  if (!bucket) {
    throw new Refusal(404, 'bucket_not_exists', 'The source bucket does not exist.');
  }
  if (bucket.region !== zone) {
    throw new Refusal(
      400,
      'invalid_argument',
      `The source bucket is in the zone ${bucket.region}: objects are copied only within one zone.`,
    );
  }
  return bucket;
}
