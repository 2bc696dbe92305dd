import type { Bucket, StoredVersion } from '../object-types.ts';
import { parseQuery } from '../query.ts';
import { checkConditions } from './conditions.ts';
import {
  authorize,
  type BucketCall,
  checkOwner,
  header,
  invalidArgument,
  invalidRequest,
  noSuchBucket,
  type S3Context,
  versionHeader,
} from './context.ts';
import { checkReadKey } from './encryption.ts';
import { decodeField } from './form.ts';
import { checkReadable, missing } from './versions.ts';

const name = 'x-amz-copy-source';

/** What the header names. */
interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** A source that may be copied from. */
export interface OpenSource {
  readonly bucket: Bucket;
  readonly version: StoredVersion;
  /** Whether the client named the version. */
  readonly pinned: boolean;
  /** The header that says which version is copied. */
  readonly headers: Record<string, string>;
}

/**
 * Takes a copy source apart. The order matters: the first raw `?` begins the version, because one in a key is `%3F`; decoding
 * comes before the split at `/`, because some clients encode even that one; and only one leading `/` goes, keys may have more.
 */
function parseCopySource(value: string): CopySource {
  const question = value.indexOf('?');
  const versionId = question < 0 ? undefined : parseQuery(value.slice(question + 1)).get('versionId');
  const path = decodeField(question < 0 ? value : value.slice(0, question)).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash < 1 || slash === path.length - 1) {
    throw invalidArgument('Copy Source must mention the source bucket and key: sourcebucket/sourcekey', name, value);
  }
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1), versionId };
}

/** Finds what is to be copied, in any region, and refuses what S3 does not copy from. */
export function openCopySource(context: S3Context, call: BucketCall, honoursConditions = true): OpenSource {
  const source = parseCopySource(header(call, name) ?? '');
  authorize(call, source.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', source.bucket);
  const bucket = context.model.bucket(source.bucket);
  if (!bucket) {
    throw noSuchBucket(source.bucket);
  }
  checkOwner(call, 'x-amz-source-expected-bucket-owner', context.ownerId);
  const version = findSourceVersion(context, source);
  checkReadable(context, version);
  checkReadKey(call, version.encryption, 'copy source');
  if (honoursConditions) {
    checkConditions(call, version, `${name}-`, 412);
  }
  return {
    bucket,
    version,
    pinned: source.versionId !== undefined,
    headers: versionHeader(bucket, version.versionId, 'x-amz-copy-source-version-id'),
  };
}

function findSourceVersion({ model }: S3Context, { bucket, key, versionId }: CopySource): StoredVersion {
  const version = model.version(bucket, key, versionId);
  if (!version || (version.deleteMarker && versionId === undefined)) {
    throw missing(key, versionId);
  }
  if (version.deleteMarker) {
    throw invalidRequest('The source of a copy request may not specifically refer to a delete marker by version id.');
  }
  return version;
}
