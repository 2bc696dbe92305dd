import type { PinnedCopy } from '../contract.ts';
import type { CustomerKey } from '../credentials.ts';
import { CopyError, type ErrorName } from '../errors.ts';
import { sameEtag } from '../etag.ts';
import { TOKEN_METADATA } from '../naming.ts';
import type { ObjectFacts, ObjectStore, ObjectVersion, WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { withRetry } from './retry.ts';

/** The facts of an object, or undefined when there is none. */
export async function headIfExists(
  runtime: Runtime,
  client: ObjectStore,
  object: ObjectVersion,
  customerKey?: CustomerKey,
): Promise<ObjectFacts | undefined> {
  try {
    return await withRetry(runtime, () => client.head({ object, customerKey }));
  } catch (error) {
    if (error instanceof CopyError && error.name === 'SourceNotFound') return undefined;
    throw error;
  }
}

/** After these a request may have been carried out although it did not succeed. */
const UNCLEAR: readonly ErrorName[] = [
  'Timeout',
  'ConnectionLost',
  'IncompleteAnswer',
  'MissingETag',
  'ProviderUnavailable',
];

/** True when a request may have been carried out although it did not succeed. */
export function isUnclear(error: unknown): error is CopyError {
  return error instanceof CopyError && UNCLEAR.includes(error.name);
}

/** What tells our object from anybody else's. */
interface Mark {
  readonly token: string | undefined;
  /** Some providers tell which upload made an object. */
  readonly uploadId: string | undefined;
  /** Bytes. */
  readonly size: number;
  /** CRC-64 of the source, if it is known. */
  readonly crc64ecma: string | undefined;
  readonly pinnedAt: Date;
}

/**
 * Answers "is this object mine?". The token answers it for certain. Without one, an object of the right size and
 * checksum that is younger than the copy counts as ours: equal content, maybe not our write.
 */
function isOurs(facts: ObjectFacts, { token, uploadId, size, crc64ecma, pinnedAt }: Mark): boolean {
  if (uploadId !== undefined && facts.uploadId === uploadId) return true;
  if (token !== undefined) return facts.metadata[TOKEN_METADATA] === token;
  const sameContent = crc64ecma !== undefined && facts.checksums.crc64ecma === crc64ecma;
  // Last-Modified has whole seconds.
  return facts.size === size && sameContent && facts.lastModified.getTime() >= pinnedAt.getTime() - 1000;
}

/** The mark of a pinned copy. */
function markOf({ token, uploadId, size, checksums, pinnedAt }: PinnedCopy): Mark {
  return { token, uploadId, size, crc64ecma: checksums.crc64ecma, pinnedAt: new Date(pinnedAt) };
}

/**
 * Looks at the destination just before it is written, where nothing may be overwritten: the provider's own refusal has
 * no effect on versioned buckets.
 *
 * @returns the facts when the object is ours already.
 * @throws CopyError DestinationExists
 */
export async function refuseOccupied(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
): Promise<ObjectFacts | undefined> {
  const facts = await headDestination(runtime, client, copy, undefined);
  if (facts === undefined) return undefined;
  // Without a token the same content proves nothing here: it may be from before.
  if (copy.token !== undefined && isOurs(facts, markOf(copy))) return facts;
  if (copy.options.overwrite !== 'never') return undefined;
  const { bucket, key } = copy.destination;
  throw new CopyError(
    'DestinationExists',
    `The destination ${bucket}/${key} exists, and options.overwrite is "never".`,
  );
}

/** The destination's facts when its mark says that this copy wrote it; undefined for none, or somebody else's. */
export async function ourObject(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
): Promise<ObjectFacts | undefined> {
  const facts = await headDestination(runtime, client, copy, undefined);
  return facts !== undefined && isOurs(facts, markOf(copy)) ? facts : undefined;
}

/**
 * The facts of what a successful request has just written; undefined when somebody else has replaced it since, and so
 * nothing can be read of it any more.
 */
export async function writtenFacts(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
  { etag, versionId }: WrittenObject,
): Promise<ObjectFacts | undefined> {
  const facts = await headIfAllowed(() => headDestination(runtime, client, copy, versionId));
  if (facts === undefined) return undefined;
  const same =
    copy.token === undefined
      ? etag !== undefined && sameEtag(facts.etag, etag)
      : facts.metadata[TOKEN_METADATA] === copy.token;
  return same ? facts : undefined;
}

/** Credentials that may write but not read cannot look at what they wrote: nothing is known then, nothing is wrong. */
async function headIfAllowed(head: () => Promise<ObjectFacts | undefined>): Promise<ObjectFacts | undefined> {
  try {
    return await head();
  } catch (error) {
    if (error instanceof CopyError && error.name === 'AccessDenied') return undefined;
    throw error;
  }
}

async function headDestination(
  runtime: Runtime,
  client: ObjectStore,
  { destination: { bucket, key }, options: { encryption } }: PinnedCopy,
  versionId: string | undefined,
): Promise<ObjectFacts | undefined> {
  const customerKey = encryption?.kind === 'customer' ? await runtime.customerKey(encryption.keySecret) : undefined;
  return headIfExists(runtime, client, { bucket, key, versionId }, customerKey);
}
