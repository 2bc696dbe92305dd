import type { Check, PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { provenEtag, sameEtag } from '../etag.ts';
import type { ObjectFacts, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { sourceKeyOf } from './encryption.ts';
import { asSourceChange, pinConditions, pinnedSource } from './pin.ts';
import { withRetry } from './retry.ts';
import { headIfExists } from './settle.ts';
import { compare } from './verify.ts';

/**
 * Says whether every byte came from the pinned version. A version never changes, and a provider that is known to honour
 * the condition on each request has refused everything else. Where it ignores the condition, or may ignore it without a
 * word, only a look at the source tells, and that has to be before Complete makes the object visible.
 *
 * @param made What one request made of the whole source, where that is how it was copied.
 * @throws CopyError SourceChanged
 */
export async function checkSource(runtime: Runtime, copy: PinnedCopy, made?: ObjectFacts): Promise<Check> {
  const { client } = runtime.stores.open(copy.source, 'source');
  const { bucket, key, versionId } = copy.source;
  const copier = runtime.stores.open(copy.destination, 'destination').client;
  if (isHeld(copy, copier) || isPinnedContent(copy, made)) {
    return { name: 'sourceUnchanged', result: 'equal', source: versionId ?? copy.etag };
  }
  const facts = await headIfExists(
    runtime,
    client,
    { bucket, key, versionId },
    await sourceKeyOf(runtime, copy.options),
  );
  const check = compare(
    'sourceUnchanged',
    identity(copy),
    facts === undefined ? 'deleted' : identity(factsOf(facts)),
    sameEtag,
  );
  if (check.result === 'equal') return check;
  throw new CopyError(
    'SourceChanged',
    `The source was replaced while it was being copied: it was ${check.source}, now it is ${check.destination}.`,
  );
}

/**
 * The facts of the pinned source, read once more.
 *
 * @throws CopyError SourceChanged, also where the store ignores the condition.
 */
export async function headPinned(runtime: Runtime, copy: PinnedCopy): Promise<ObjectFacts> {
  const { client } = runtime.stores.open(copy.source, 'source');
  const customerKey = await sourceKeyOf(runtime, copy.options);
  const request = { object: pinnedSource(copy), conditions: pinConditions(copy), customerKey };
  const facts = await withRetry(runtime, () => client.head(request)).catch((error: unknown) => {
    throw asSourceChange(error);
  });
  if (sameEtag(facts.etag, copy.etag)) return facts;
  throw new CopyError('SourceChanged', 'The source was replaced before it was copied.', { provider: client.provider });
}

/** True where nothing but the pinned version can be copied, by its id or by the condition on each request. */
export function isHeld({ source: { versionId } }: PinnedCopy, copier: ObjectStore): boolean {
  // The destination's client makes the copy, so it is the one that sends the condition or does not.
  return copier.capabilities.partConditionsProven || (versionId !== undefined && versionId !== 'null');
}

/** An object that one request made in one piece has the pinned ETag only if it was made of the pinned content. */
function isPinnedContent({ etag }: PinnedCopy, made: ObjectFacts | undefined): boolean {
  return made !== undefined && provenEtag(made.etag) !== undefined && sameEtag(made.etag, etag);
}

interface Identity {
  readonly etag: string;
  readonly size: number;
  readonly lastModified: string;
}

function factsOf({
  etag,
  size,
  lastModified,
}: {
  readonly etag: string;
  readonly size: number;
  readonly lastModified: Date;
}): Identity {
  return { etag, size, lastModified: lastModified.toISOString() };
}

/** The same bytes written again are a change too: parts may have been read in between. */
function identity({ etag, size, lastModified }: Identity): string {
  return `${etag} ${size} ${lastModified}`;
}
