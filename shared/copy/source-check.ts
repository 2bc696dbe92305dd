import type { Check, PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { sameEtag } from '../etag.ts';
import type { Runtime } from '../runtime.ts';
import { sourceKeyOf } from './encryption.ts';
import { headIfExists } from './settle.ts';
import { compare } from './verify.ts';

/**
 * Says whether every byte came from the pinned version. A version never changes, and a provider that is known to honour
 * the condition on each request has refused everything else. Where it ignores the condition, or may ignore it without a
 * word, only a look at the source tells, and that has to be before Complete makes the object visible.
 *
 * @throws CopyError SourceChanged
 */
export async function checkSource(runtime: Runtime, copy: PinnedCopy): Promise<Check> {
  const { client } = runtime.stores.open(copy.source, 'source');
  const { bucket, key, versionId } = copy.source;
  const pinned = versionId ?? copy.etag;
  const copier = runtime.stores.open(copy.destination, 'destination').client;
  // The destination's client makes the copy, so it is the one that sends the condition or does not.
  if (copier.capabilities.partConditionsProven || (versionId !== undefined && versionId !== 'null')) {
    return { name: 'sourceUnchanged', result: 'equal', source: pinned };
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
