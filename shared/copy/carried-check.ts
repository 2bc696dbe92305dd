import type { Carried, Check, PinnedCopy } from '../contract.ts';
import type { ObjectFacts, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { readAcl } from './acl-check.ts';
import { compareCarried, warnOfDifferences } from './carried.ts';
import { checkTags } from './tag-check.ts';

/** What is known of what the destination was given: nothing where another invocation gave it and is gone. */
export type GivenToIt = Pick<PinnedCopy, 'tagCount' | 'given'>;

/**
 * Compares everything but the bytes after the object was written, and says aloud what is not as it was given.
 *
 * @param facts undefined where the destination could not be looked at.
 * @throws CopyError Unsupported when the object is written, but without its tags.
 */
export async function checkCarried(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
  { tagCount, given }: GivenToIt,
  facts: ObjectFacts | undefined,
): Promise<{ readonly tags: Check[]; readonly carried: Carried[] | undefined }> {
  const tags = given?.find(({ name }) => name === 'tags');
  const { checks, kept } = await checkTags(runtime, client, copy, { count: tagCount, shown: tags?.given }, facts);
  if (given === undefined) return { tags: checks, carried: undefined };
  const acl = facts === undefined ? undefined : await readAcl(runtime, client, copy, facts);
  const byCustomer = copy.options.encryption?.kind === 'customer';
  const carried = compareCarried(given, facts === undefined ? undefined : { facts, tags: kept, acl, byCustomer });
  warnOfDifferences(runtime, copy, carried);
  return { tags: checks, carried };
}
