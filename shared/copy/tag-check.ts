import type { Check, PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ObjectFacts, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { withRetry } from './retry.ts';
import { compare } from './verify.ts';

/**
 * Says whether the destination has as many tags as it was given: some stores take tags and forget them. Where nobody
 * could read those of the source, the check is `unavailable`: they may have been lost.
 *
 * @param given how many; undefined or 0 makes no check, null stands for those that nobody could read.
 * @throws CopyError Unsupported when the object is written, but without its tags.
 */
export async function checkTags(
  runtime: Runtime,
  client: ObjectStore,
  { destination: { bucket, key } }: PinnedCopy,
  given: PinnedCopy['tagCount'],
  facts: ObjectFacts | undefined,
): Promise<Check[]> {
  if (given === undefined || given === 0) return [];
  if (given === null) return [{ name: 'tags', result: 'unavailable' }];
  const object = { bucket, key, versionId: facts?.versionId };
  const kept =
    facts === undefined || facts.tagCount === given ? facts?.tagCount : await countTags(runtime, client, object);
  const check = compare('tags', String(given), kept === undefined ? undefined : String(kept));
  if (check.result !== 'different') return [check];
  throw new CopyError(
    'Unsupported',
    `The destination ${bucket}/${key} was written with ${kept} tags instead of ${given}: its store does not keep them all, so set options.tags to "none".`,
    { provider: client.provider },
  );
}

/** HEAD shows a number only to those who may read tags. Whoever may not, or cannot, knows nothing. */
async function countTags(
  runtime: Runtime,
  client: ObjectStore,
  object: Parameters<ObjectStore['getTagging']>[0],
): Promise<number | undefined> {
  try {
    return Object.keys(await withRetry(runtime, () => client.getTagging(object))).length;
  } catch (error) {
    if (error instanceof CopyError) return undefined;
    throw error;
  }
}
