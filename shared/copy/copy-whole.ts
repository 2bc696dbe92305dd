import { CopyRequest, type PinnedCopy, type Step } from '../contract.ts';
import type { Runtime } from '../runtime.ts';
import { parse } from '../schema.ts';
import { sourceKeyOf } from './encryption.ts';
import { newObjectFor } from './new-object.ts';
import { asSourceChange, pinConditions, pinnedSource, requirePinnedVersion } from './pin.ts';
import { EMPTY_PROGRESS } from './progress.ts';
import { proveCopy } from './receipt.ts';
import { withRetry } from './retry.ts';
import { writtenFacts } from './settle.ts';
import { checkSource } from './source-check.ts';
import { tallied } from './tally.ts';
import { copyTimeoutMs } from './timeouts.ts';
import { writeOnce } from './write-once.ts';

/**
 * Copies the pinned object with one request, and settles a lost answer by asking whether the destination is ours.
 *
 * @throws CopyError any name.
 */
export async function copyWhole(
  outer: Runtime,
  { copy, request: raw }: { readonly copy: PinnedCopy; readonly request: unknown },
): Promise<Step> {
  const { runtime, tally } = tallied(outer);
  const { options } = parse(CopyRequest, raw, 'The copy request');
  const source = runtime.stores.open(copy.source, 'source');
  const destination = runtime.stores.open(copy.destination, 'destination');
  const { client } = destination;
  const object = pinnedSource(copy);
  const sourceKey = await sourceKeyOf(runtime, copy.options);
  const conditions = pinConditions(copy);
  // Initiate keeps headers and metadata out of the state, which has to stay small: they are read again, pinned.
  const facts = await withRetry(runtime, () =>
    source.client.head({ object, conditions, customerKey: sourceKey }),
  ).catch((error: unknown) => {
    throw asSourceChange(error);
  });
  const newObject = await newObjectFor(runtime, {
    source: { store: source, object, facts },
    destination,
    options,
    token: copy.token,
  });
  const { bucket, key } = copy.destination;
  const copyRequest = { source: object, destination: { bucket, key }, object: newObject, conditions, sourceKey };
  const call = { timeoutMs: copyTimeoutMs(copy.size) };
  const written = await writeOnce(runtime, client, copy, 'CopyObject', () => client.copyObject(copyRequest, call));
  requirePinnedVersion(copy, written.sourceVersionId);
  const destinationFacts = await writtenFacts(runtime, client, copy, written);
  const receipt = proveCopy(runtime, {
    strategy: 'whole',
    copy,
    written,
    facts: destinationFacts,
    progress: { ...EMPTY_PROGRESS, ...tally() },
    before: [await checkSource(runtime, copy)],
  });
  return { strategy: 'finished', receipt };
}
