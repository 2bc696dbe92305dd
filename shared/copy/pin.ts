import type { PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ObjectVersion, SourceConditions } from '../provider/provider.ts';

/** The very version that Initiate saw. */
export function pinnedSource({ source }: PinnedCopy): ObjectVersion {
  return { bucket: source.bucket, key: source.key, versionId: source.versionId };
}

/**
 * Sent with every request that reads the source. A version id alone would do on a versioned bucket, but the null
 * version of a suspended one can be replaced, so the ETag is always pinned too.
 */
export function pinConditions({ etag }: PinnedCopy): SourceConditions {
  return { ifMatch: etag };
}

/** Once the source is pinned, a condition that fails or an object that is gone mean one thing: somebody changed it. */
export function asSourceChange(error: unknown): unknown {
  if (!(error instanceof CopyError)) return error;
  if (error.name === 'PreconditionFailed') {
    return new CopyError('SourceChanged', 'The source was replaced while it was being copied.', error.facts);
  }
  if (error.name === 'SourceNotFound') {
    return new CopyError('SourceChanged', 'The source was deleted while it was being copied.', error.facts);
  }
  return error;
}

/** Refuses an answer that names another source version than the pinned one. */
export function requirePinnedVersion({ source }: PinnedCopy, copied: string | undefined, partNumber?: number): void {
  if (source.versionId === undefined || copied === undefined || copied === source.versionId) return;
  throw new CopyError(
    'SourceChanged',
    `The provider copied version ${copied}, but version ${source.versionId} was asked for.`,
    { partNumber },
  );
}
