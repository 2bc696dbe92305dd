import type { PinnedCopy } from '../contract.ts';
import { CopyError, type ErrorName, RETRYABLE_ERRORS } from '../errors.ts';
import { provenEtag } from '../etag.ts';
import type { NewObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';
import { asSourceChange, pinConditions, pinnedSource, requirePinnedVersion } from './pin.ts';
import { isUnclear, lookForOurs } from './settle.ts';
import type { Undecided } from './strategy.ts';

/** What moves no byte is done in seconds; what is not done by then moves them. */
const LONGEST_WAIT_MS = 30_000;
/** What Initiate keeps for opening the upload instead, with its own retries. */
const RESERVE_MS = 60_000;

/** Says that the provider copies otherwise, not that anything is wrong. */
const REFUSALS: readonly ErrorName[] = ['TooLarge', 'Unsupported', 'InvalidRequest'];

/**
 * True where the provider copies without moving a byte: one bucket, no other class, no encryption on either side. What
 * it says about the class is not known before: a source in another class than its bucket's own is found out by the wait.
 */
export function isShallow({ source, route: { destination }, request }: Undecided): boolean {
  const { encryption, storageClass, sourceEncryption } = request.options;
  const sameBucket =
    destination.provider.sharesBuckets(source.store.config, destination.config) &&
    request.source.bucket === request.destination.bucket;
  const unchanged = encryption === undefined && storageClass === undefined && sourceEncryption === undefined;
  return (
    destination.client.capabilities.shallowCopies === true &&
    sameBucket &&
    unchanged &&
    source.facts.type === 'normal' &&
    source.facts.encryption === undefined
  );
}

/**
 * True where an object above the limit of one request may be tried so all the same. A request that was given up may be
 * carried out later. What it writes then is the pinned content under this copy's own token, so it is neither taken for
 * somebody else's object nor wrong, whether it lands before Complete (which replaces it, or adds a version) or after (the
 * current object then has the source's ETag instead of the receipt's, and the same bytes). Two cases are left out:
 * without a token nobody could tell it from a stranger's object; and with `overwrite: never` it would make Complete
 * refuse our own upload, and an Initiate that runs twice refuse its own object.
 */
export function mayTryShallow(undecided: Undecided): boolean {
  const { token, overwrite, partSizeMiB } = undecided.request.options;
  return token && overwrite !== 'never' && partSizeMiB === undefined && isShallow(undecided);
}

/**
 * Tries to copy the pinned object by one request that has to be quick, whatever its size.
 *
 * @returns true when the destination is written and ours; false when it has to be copied in parts.
 * @throws CopyError what would stop a copy in parts, too.
 */
export async function tryShallowCopy(
  runtime: Runtime,
  {
    copy,
    object,
    destination: { client },
  }: {
    readonly copy: PinnedCopy;
    readonly object: NewObject;
    readonly destination: OpenStore;
  },
): Promise<boolean> {
  const timeoutMs = Math.min(LONGEST_WAIT_MS, runtime.remainingMs() - RESERVE_MS);
  if (timeoutMs < 1_000) return false;
  const { bucket, key } = copy.destination;
  const request = {
    source: pinnedSource(copy),
    destination: { bucket, key },
    object,
    conditions: pinConditions(copy),
  };
  try {
    const { etag, sourceVersionId } = await client.copyObject(request, { timeoutMs });
    requirePinnedVersion(copy, sourceVersionId);
    // Whoever looks next finds it by its token.
    return provenEtag(etag) !== undefined || (await isWritten(runtime, client, copy));
  } catch (error) {
    return settle(runtime, client, copy, error);
  }
}

/** @returns true when the work was done all the same, false when another way may do it. @throws what no way may. */
async function settle(
  runtime: Runtime,
  client: OpenStore['client'],
  copy: PinnedCopy,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof CopyError)) throw error;
  const { name } = error;
  const mayBeDone = isUnclear(error) || name === 'DestinationExists';
  if (mayBeDone && (await isWritten(runtime, client, copy))) return true;
  // Stopped meanwhile: an upload that opens now would be nobody's.
  const isOver = runtime.remainingMs() < 1_000;
  if (isOver || !(RETRYABLE_ERRORS.includes(name) || REFUSALS.includes(name))) throw asSourceChange(error);
  runtime.observe({ type: 'retry', error, delayMs: 0, settled: true });
  return false;
}

async function isWritten(runtime: Runtime, client: OpenStore['client'], copy: PinnedCopy): Promise<boolean> {
  return (await lookForOurs(runtime, client, copy)).facts !== undefined;
}
