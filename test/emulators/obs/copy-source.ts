import type { Bucket, StoredVersion } from '../object-types.ts';
import { decodePercent, parseQuery } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { checkCopyConditions } from './conditions.ts';
import { authorize, type BucketCall, invalid, type ObsContext, own } from './context.ts';
import { amzDialect } from './dialect.ts';
import { checkReadKey } from './encryption.ts';
import { checkReadable, missing } from './versions.ts';

/** What the copy-source header names. */
interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** A source that may be copied from. */
export interface OpenSource {
  readonly bucket: Bucket;
  readonly version: StoredVersion;
}

/**
 * Takes a copy source apart. The order matters: the first raw `?` begins the version, because one in a key is `%3F`; decoding
 * comes before the split at `/`, because Huawei's own SDK encodes even that one. A raw `+` stands for a blank.
 */
function parseCopySource(value: string): CopySource {
  const question = value.indexOf('?');
  const versionId = question < 0 ? undefined : parseQuery(value.slice(question + 1)).get('versionId');
  const encoded = question < 0 ? value : value.slice(0, question);
  const path = decodePercent(encoded.replaceAll('+', '%20')).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash < 1 || slash === path.length - 1) {
    throw invalid('InvalidArgument', 'The copy source must name bucket and object: /sourcebucket/sourceobject.');
  }
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1), versionId };
}

/** Finds what is to be copied and refuses what OBS does not copy from. */
export function openCopySource(context: ObsContext, call: BucketCall): OpenSource {
  if (call.request.body.length > 0) {
    throw new Refusal(400, 'UnexpectedContent', 'This request does not support content.');
  }
  const source = parseCopySource(own(call, 'copy-source') ?? '');
  const action = source.versionId === undefined ? 'obs:object:GetObject' : 'obs:object:GetObjectVersion';
  authorize(call, action, source.bucket);
  const bucket = findSourceBucket(context, source.bucket);
  const version = context.model.version(source.bucket, source.key, source.versionId);
  // A delete marker is not found, by its id neither.
  if (!version || version.deleteMarker) {
    throw missing(source.key, version ? undefined : source.versionId);
  }
  checkReadable(context, version);
  checkReadKey(call, version.encryption, 'copy-source-');
  if (call.dialect !== amzDialect || context.quirks.amzCopyConditions === 'checked') {
    checkCopyConditions(call, version, context.model.now());
  }
  return { bucket, version };
}

/** Which code OBS gives across regions is not documented; the sentence names the reason. */
function findSourceBucket({ model, region }: ObsContext, name: string): Bucket {
  const bucket = model.bucket(name);
  if (!bucket) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { fields: { BucketName: name } });
  }
  if (bucket.region !== region) {
    throw new Refusal(403, 'AccessDenied', 'The source bucket and the target bucket are not in the same region.');
  }
  return bucket;
}
