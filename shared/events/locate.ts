import { sourceKeyOf } from '../copy/encryption.ts';
import { headIfExists } from '../copy/settle.ts';
import type { CustomerKey } from '../credentials.ts';
import { sameEtag } from '../etag.ts';
import type { ObjectFacts, ObjectStore } from '../provider/provider.ts';
import { providerOf } from '../provider/registry.ts';
import type { Runtime } from '../runtime.ts';
import type { ObjectCreated } from './object-created.ts';
import type { Rule } from './rule.ts';

/** The object that an event points to, as the store shows it now. */
export interface Located {
  readonly key: string;
  readonly facts: ObjectFacts;
  /** Names the bytes for ever; absent where the object can be replaced under the same name. */
  readonly versionId: string | undefined;
  /** True for the null version of a bucket that keeps versions: it has to be named, and can be replaced. */
  readonly nullVersion: boolean;
}

/**
 * Asks the rule's store for the object of an event: the version that it names, or the current one. Where it is not
 * certain how the event spells the key, the reading whose ETag is the event's wins, then the first that exists.
 *
 * @returns undefined when there is no such object (any more).
 * @throws CopyError what the store answers.
 */
export async function locate(runtime: Runtime, rule: Rule, event: ObjectCreated): Promise<Located | undefined> {
  const { store, bucket, versions } = rule.when;
  // A reading that the provider could not store is not sent there.
  const keys = event.keyForms.filter((key) => providerOf(rule.provider)?.keyProblem(key) === undefined);
  const [likely] = keys;
  if (likely === undefined) return undefined;
  const { client } = runtime.stores.open({ store, bucket, key: likely }, 'source');
  const customerKey = await sourceKeyOf(runtime, rule.options);
  const versionId = versions === 'named' && client.capabilities.versions ? event.versionId : undefined;
  let other: Located | undefined;
  for (const key of keys) {
    const facts = await look(runtime, client, { bucket, key, versionId }, customerKey);
    if (facts === undefined) continue;
    const located = { key, facts, ...versionOf(client, facts) };
    if (keys.length === 1 || event.etag === undefined || sameEtag(facts.etag, event.etag)) return located;
    other ??= located;
  }
  return other;
}

interface Named {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * A bucket that never kept versions knows the null version by no name, so it is looked for under its id only where the
 * current object is another one.
 */
async function look(
  runtime: Runtime,
  client: ObjectStore,
  object: Named,
  customerKey: CustomerKey | undefined,
): Promise<ObjectFacts | undefined> {
  if (object.versionId !== 'null') return headIfExists(runtime, client, object, customerKey);
  const current = await headIfExists(runtime, client, { ...object, versionId: undefined }, customerKey);
  if (current !== undefined && (current.versionId ?? 'null') === 'null') return current;
  return headIfExists(runtime, client, object, customerKey);
}

function versionOf(client: ObjectStore, { versionId }: ObjectFacts): Pick<Located, 'versionId' | 'nullVersion'> {
  if (!client.capabilities.versions) return { versionId: undefined, nullVersion: false };
  const nullVersion = versionId === 'null';
  return { versionId: nullVersion ? undefined : versionId, nullVersion };
}
