import type { PinnedCopy } from '../contract.ts';
import type { CustomerKey } from '../credentials.ts';
import { CopyError, type ErrorName, withFacts } from '../errors.ts';
import { sameEtag } from '../etag.ts';
import { TOKEN_METADATA } from '../naming.ts';
import type { Checksums, ObjectFacts, ObjectStore, ObjectVersion, WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { withRetry } from './retry.ts';
import { areSameBytes } from './verify.ts';

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
  /** Checksums of the source, as far as they are known. */
  readonly checksums: Checksums;
  readonly pinnedAt: Date;
}

/**
 * Answers "is this object mine?". The token answers it for certain. Without one, an object of the right size and
 * checksum that is younger than the copy counts as ours: equal content, maybe not our write.
 */
function isOurs(facts: ObjectFacts, { token, uploadId, size, checksums, pinnedAt }: Mark): boolean {
  if (uploadId !== undefined && facts.uploadId === uploadId) return true;
  if (token !== undefined) return facts.metadata[TOKEN_METADATA] === token;
  const sameContent = areSameBytes(checksums, facts.checksums);
  // Last-Modified has whole seconds.
  return facts.size === size && sameContent && facts.lastModified.getTime() >= pinnedAt.getTime() - 1000;
}

/** The mark of a pinned copy. */
function markOf({ token, uploadId, size, checksums, pinnedAt }: PinnedCopy): Mark {
  return { token, uploadId, size, checksums, pinnedAt: new Date(pinnedAt) };
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
  const facts = await lookBeforeWriting(runtime, client, copy);
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

/** What a look for our own object found. */
export interface Look {
  /** Of the destination, when its mark says that this copy wrote it; undefined for none, or somebody else's. */
  readonly facts: ObjectFacts | undefined;
  /** The look was refused, so that nothing is known. */
  readonly unseen: boolean;
}

/** Looks whether the destination is what this copy wrote. */
export async function lookForOurs(runtime: Runtime, client: ObjectStore, copy: PinnedCopy): Promise<Look> {
  try {
    const facts = await headDestination(runtime, client, copy, undefined);
    const ours = facts !== undefined && isOurs(facts, markOf(copy));
    return { facts: ours ? facts : undefined, unseen: false };
  } catch (error) {
    if (isUnseen(error)) return { facts: undefined, unseen: true };
    throw error;
  }
}

/** What lets credentials look: where nothing may be listed, providers refuse to say that an object is not there. */
const LET_LOOK = 'allow the credentials to read it and to list its bucket';

/** The same error, saying that nobody could see whether the work was done all the same. */
export function sayUnseen(error: CopyError): CopyError {
  return withNote(error, `the destination could not be looked at to see whether it was written: ${LET_LOOK}`);
}

function withNote(error: CopyError, note: string): CopyError {
  const { notes = [] } = error.facts;
  return notes.includes(note) ? error : withFacts(error, { notes: [...notes, note] });
}

/**
 * The facts of what a successful request has just written; undefined when somebody else has replaced it since, and so
 * nothing can be read of it any more.
 *
 * @throws CopyError DestinationExists when it was replaced although nothing may be overwritten.
 */
export async function writtenFacts(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
  { etag, versionId }: WrittenObject,
): Promise<ObjectFacts | undefined> {
  const facts = await ifSeen(() => headDestination(runtime, client, copy, versionId)).catch((error: unknown) => {
    throw error instanceof CopyError ? withNote(error, 'the destination was written before that') : error;
  });
  if (facts === undefined) return undefined;
  const same =
    copy.token === undefined
      ? etag !== undefined && sameEtag(facts.etag, etag)
      : facts.metadata[TOKEN_METADATA] === copy.token;
  if (same) return facts;
  // Some providers date an object by the beginning of its upload, so that theirs can be the one that stands.
  if (copy.options.overwrite === 'never') {
    const { bucket, key } = copy.destination;
    throw new CopyError(
      'DestinationExists',
      `Somebody else wrote the destination ${bucket}/${key} while it was being copied, and what stands there is not this copy: options.overwrite is "never".`,
      { provider: client.provider },
    );
  }
  return undefined;
}

/**
 * Looks at the destination before it is written. A look that is refused stands in the way only where nothing else
 * protects an object that may be there.
 *
 * @throws CopyError AccessDenied, InvalidRequest or Unknown.
 */
export async function lookBeforeWriting(
  runtime: Runtime,
  client: ObjectStore,
  copy: Destined,
): Promise<ObjectFacts | undefined> {
  try {
    return await headDestination(runtime, client, copy, undefined);
  } catch (error) {
    if (!isUnseen(error)) throw error;
    if (copy.options.overwrite !== 'never' || client.capabilities.forbidOverwrite) return undefined;
    throw unseenBeforeWriting(error, client, copy);
  }
}

/** An object that is not there is 404, or 403 for those who may not list: a 400 is about what the object needs. */
function unseenBeforeWriting(error: CopyError, { provider }: ObjectStore, { destination }: Destined): CopyError {
  if (error.facts.status === 400) {
    return new CopyError(
      'DestinationExists',
      `The destination ${destination.bucket}/${destination.key} seems to exist under a customer key, and options.overwrite is "never". ${error.summary}`,
      error.facts,
    );
  }
  return new CopyError(
    error.name,
    `options.overwrite is "never" and ${provider} cannot refuse to overwrite, so the destination has to be looked at first: ${LET_LOOK}, or check its customer key. ${error.summary}`,
    error.facts,
  );
}

/**
 * What refuses a look: credentials that may write but not read (where nothing may be listed, an object that is not
 * there is refused, too), and an object under another customer key than ours, or without one.
 */
export function isUnseen(error: unknown): error is CopyError {
  if (!(error instanceof CopyError)) return false;
  const { name, facts } = error;
  // An answer to HEAD has no body, so that a 400 cannot say what it dislikes.
  return name === 'AccessDenied' || (facts.status === 400 && (name === 'InvalidRequest' || name === 'Unknown'));
}

/** The result of a look; undefined when it is refused: nothing is known then, and nothing is wrong. */
async function ifSeen<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isUnseen(error)) return undefined;
    throw error;
  }
}

/** What tells where a copy goes and how it is encrypted there. */
interface Destined {
  readonly destination: Pick<PinnedCopy['destination'], 'bucket' | 'key'>;
  readonly options: Pick<PinnedCopy['options'], 'overwrite' | 'encryption'>;
}

async function headDestination(
  runtime: Runtime,
  client: ObjectStore,
  { destination: { bucket, key }, options: { encryption } }: Destined,
  versionId: string | undefined,
): Promise<ObjectFacts | undefined> {
  const customerKey = encryption?.kind === 'customer' ? await runtime.customerKey(encryption.keySecret) : undefined;
  return headIfExists(runtime, client, { bucket, key, versionId }, customerKey);
}
