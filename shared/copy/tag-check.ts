import type { Check, PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ObjectFacts, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { TAG_WORDS } from './carried-given.ts';
import { shownRecord } from './carried-text.ts';
import { withRetry } from './retry.ts';
import { compare } from './verify.ts';

/** Tags that the destination was given. */
interface GivenTags {
  /** How many; undefined or 0 makes no check, null stands for those of the source that nobody could read. */
  readonly count: PinnedCopy['tagCount'];
  /** Their names and values, as a receipt shows them; undefined where only their number is known. */
  readonly shown: string | undefined;
}

interface TagCheck {
  readonly checks: Check[];
  /** Those of the destination, as a receipt shows them; undefined where nobody could read them. */
  readonly kept: string | undefined;
}

/**
 * Says whether the destination has the tags that it was given: some stores take tags and forget them. Where nobody could
 * read those of the source, the check is `unavailable`: they may have been lost.
 *
 * @throws CopyError Unsupported when the object is written, but without its tags.
 */
export async function checkTags(
  runtime: Runtime,
  client: ObjectStore,
  { destination: { bucket, key } }: PinnedCopy,
  { count, shown }: GivenTags,
  facts: ObjectFacts | undefined,
): Promise<TagCheck> {
  if (count === undefined || count === 0) return { checks: [], kept: undefined };
  if (count === null) return { checks: [{ name: 'tags', result: 'unavailable' }], kept: undefined };
  const object = { bucket, key, versionId: facts?.versionId };
  const read = facts === undefined ? undefined : await readTags(runtime, client, object);
  const number = read === undefined ? facts?.tagCount : Object.keys(read).length;
  const check = compare('tags', String(count), number === undefined ? undefined : String(number));
  const kept = read === undefined ? undefined : (shownRecord(read, TAG_WORDS) ?? 'none');
  if (check.result === 'different') throw lost(`with ${number} tags instead of ${count}`, bucket, key, client);
  if (shown !== undefined && kept !== undefined && shown !== kept) {
    throw lost(`with other tags than the ${count} that it was given`, bucket, key, client);
  }
  return { checks: [check], kept };
}

function lost(how: string, bucket: string, key: string, { provider }: ObjectStore): CopyError {
  return new CopyError(
    'Unsupported',
    `The destination ${bucket}/${key} was written ${how}: its store does not keep them all, so set options.tags to "none".`,
    { provider },
  );
}

/** HEAD shows a number only to those who may read tags. Whoever may not, or cannot, knows nothing. */
async function readTags(
  runtime: Runtime,
  client: ObjectStore,
  object: Parameters<ObjectStore['getTagging']>[0],
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return await withRetry(runtime, () => client.getTagging(object));
  } catch (error) {
    if (error instanceof CopyError) return undefined;
    throw error;
  }
}
