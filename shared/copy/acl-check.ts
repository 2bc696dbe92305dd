import type { PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ObjectFacts, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { withRetry } from './retry.ts';

/** Others name the owner of the bucket or a service, whom the grants that can be read do not tell from a user. */
const TELLING = ['default', 'private', 'public-read', 'public-read-write', 'authenticated-read'];

/**
 * The ACL that the destination has, where one was asked for whose grants tell it. Undefined where they do not, and where
 * it may not be read: it takes a right that a copy does not need otherwise.
 */
export async function readAcl(
  runtime: Runtime,
  client: ObjectStore,
  { destination: { bucket, key }, options: { acl } }: PinnedCopy,
  { versionId }: ObjectFacts,
): Promise<string | undefined> {
  if (acl === undefined || !TELLING.includes(acl)) return undefined;
  try {
    return await withRetry(runtime, () => client.getAcl({ bucket, key, versionId }));
  } catch (error) {
    if (error instanceof CopyError) return undefined;
    throw error;
  }
}
