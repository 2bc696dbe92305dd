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
export const UNCLEAR: readonly ErrorName[] = [
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
  /** Bytes. */
  readonly size: number;
  /** CRC-64 of the source, if it is known. */
  readonly crc64ecma: string | undefined;
  readonly startedAt: Date;
}

/**
 * Answers "is this object mine?". The token answers it for certain. Without one, an object of the right size and
 * checksum that is younger than the copy counts as ours: equal content, maybe not our write.
 */
function isOurs(facts: ObjectFacts, { token, size, crc64ecma, startedAt }: Mark): boolean {
  if (token !== undefined) return facts.metadata[TOKEN_METADATA] === token;
  const sameContent = crc64ecma !== undefined && facts.checksums.crc64ecma === crc64ecma;
  // Last-Modified has whole seconds.
  return facts.size === size && sameContent && facts.lastModified.getTime() >= startedAt.getTime() - 1000;
}

/** The mark of a pinned copy. */
function markOf({ token, size, checksums, startedAt }: PinnedCopy): Mark {
  return { token, size, crc64ecma: checksums.crc64ecma, startedAt: new Date(startedAt) };
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
  const facts = await headDestination(runtime, client, copy, versionId);
  if (facts === undefined) return undefined;
  const same =
    copy.token === undefined
      ? etag !== undefined && sameEtag(facts.etag, etag)
      : facts.metadata[TOKEN_METADATA] === copy.token;
  return same ? facts : undefined;
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
