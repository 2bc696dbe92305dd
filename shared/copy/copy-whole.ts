import { type CopyOptions, CopyRequest, type PinnedCopy, type Step } from '../contract.ts';
import type { WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { parse } from '../schema.ts';
import { sourceKeyOf } from './encryption.ts';
import { newObjectFor } from './new-object.ts';
import { asSourceChange, pinConditions, pinnedSource, requirePinnedVersion } from './pin.ts';
import { EMPTY_PROGRESS } from './progress.ts';
import { proveCopy } from './receipt.ts';
import { withRetry } from './retry.ts';
import { refuseOccupied, writtenFacts } from './settle.ts';
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
  const { client } = runtime.stores.open(copy.destination, 'destination');
  // An invocation that died after its work was done is repeated: a second request would make a second version.
  const written = (await refuseOccupied(runtime, client, copy)) ?? (await copyPinned(runtime, copy, options));
  const receipt = proveCopy(runtime, {
    strategy: 'whole',
    copy,
    written,
    facts: await writtenFacts(runtime, client, copy, written),
    progress: { ...EMPTY_PROGRESS, ...tally() },
    before: [await checkSource(runtime, copy)],
  });
  return { strategy: 'finished', receipt };
}

async function copyPinned(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<WrittenObject> {
  const source = runtime.stores.open(copy.source, 'source');
  const destination = runtime.stores.open(copy.destination, 'destination');
  const object = pinnedSource(copy);
  const sourceKey = await sourceKeyOf(runtime, copy.options);
  const conditions = pinConditions(copy);
  // Initiate keeps headers and metadata out of the state, which has to stay small: they are read again, pinned.
  const head = { object, conditions, customerKey: sourceKey };
  const facts = await withRetry(runtime, () => source.client.head(head)).catch((error: unknown) => {
    throw asSourceChange(error);
  });
  const { bucket, key } = copy.destination;
  const request = {
    source: object,
    destination: { bucket, key },
    object: await newObjectFor(runtime, {
      source: { store: source, object, facts },
      destination,
      options,
      token: copy.token,
    }),
    conditions,
    sourceKey,
  };
  const call = { timeoutMs: copyTimeoutMs(copy.size) };
  return writeOnce(runtime, destination.client, copy, {
    operation: 'CopyObject',
    send: async () => {
      const written = await destination.client.copyObject(request, call);
      requirePinnedVersion(copy, written.sourceVersionId);
      return written;
    },
    repeatable: copy.token !== undefined || copy.checksums.crc64ecma !== undefined,
  });
}
