import { type CopyOptions, CopyRequest, type PinnedCopy, type Step } from '../contract.ts';
import type { CustomerKey } from '../credentials.ts';
import { CopyError } from '../errors.ts';
import type { WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { parse } from '../schema.ts';
import type { OpenStore } from '../stores.ts';
import { checkCarried, type GivenToIt } from './carried-check.ts';
import { sourceKeyOf } from './encryption.ts';
import { finish } from './finish.ts';
import { type MadeObject, newObjectFor } from './new-object.ts';
import { asSourceChange, pinConditions, pinnedSource, requirePinnedVersion } from './pin.ts';
import { EMPTY_PROGRESS } from './progress.ts';
import { proveCopy } from './receipt.ts';
import { withRetry } from './retry.ts';
import { refuseOccupied, writtenFacts } from './settle.ts';
import { checkSource } from './source-check.ts';
import { tallied } from './tally.ts';
import { copyTimeoutMs } from './timeouts.ts';
import { commonChecksum } from './verify.ts';
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
  const ours = await refuseOccupied(runtime, client, copy);
  const { written, ...given } =
    ours === undefined
      ? await copyPinned(runtime, copy, options)
      : { written: ours, ...(await givenBefore(runtime, copy, options)) };
  const facts = await writtenFacts(runtime, client, copy, written);
  const unchanged = await checkSource(runtime, copy).catch((error: unknown) => {
    throw sayWritten(error, copy);
  });
  const { tags, carried } = await checkCarried(runtime, client, copy, given, facts);
  const receipt = proveCopy(runtime, {
    strategy: 'whole',
    copy,
    written,
    facts,
    progress: { ...EMPTY_PROGRESS, ...tally() },
    before: [unchanged, ...tags],
    carried,
  });
  return finish(copy, receipt);
}

/** By one request the destination is there before anybody can tell that the source was another one. */
function sayWritten(error: unknown, { destination: { bucket, key } }: PinnedCopy): unknown {
  if (!(error instanceof CopyError) || error.name !== 'SourceChanged') return error;
  const hint = `The destination ${bucket}/${key} was written all the same: do not use it.`;
  return new CopyError(error.name, `${error.summary} ${hint}`, error.facts);
}

type Copied = GivenToIt & { readonly written: WrittenObject };

/**
 * What an invocation that died has given to the destination: the source tells it again, as long as it is there.
 */
async function givenBefore(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<GivenToIt> {
  try {
    const { tagCount, given } = (await madeOf(runtime, copy, options)).made;
    return { tagCount, given };
  } catch (error) {
    // The destination is there and ours: what cannot be compared any more is no reason to fail.
    if (error instanceof CopyError) return {};
    throw error;
  }
}

interface Made {
  readonly made: MadeObject;
  readonly destination: OpenStore;
  readonly sourceKey: CustomerKey | undefined;
}

async function madeOf(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<Made> {
  const source = runtime.stores.open(copy.source, 'source');
  const destination = runtime.stores.open(copy.destination, 'destination');
  const object = pinnedSource(copy);
  const sourceKey = await sourceKeyOf(runtime, copy.options);
  // Initiate keeps headers and metadata out of the state, which has to stay small: they are read again, pinned.
  const head = { object, conditions: pinConditions(copy), customerKey: sourceKey };
  const facts = await withRetry(runtime, () => source.client.head(head)).catch((error: unknown) => {
    throw asSourceChange(error);
  });
  const made = await newObjectFor(runtime, {
    source: { store: source, object, facts },
    destination,
    options,
    token: copy.token,
  });
  return { made, destination, sourceKey };
}

async function copyPinned(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<Copied> {
  const { made, destination, sourceKey } = await madeOf(runtime, copy, options);
  const { bucket, key } = copy.destination;
  const request = {
    source: pinnedSource(copy),
    destination: { bucket, key },
    object: made.object,
    conditions: pinConditions(copy),
    sourceKey,
  };
  const call = { timeoutMs: copyTimeoutMs(copy.size) };
  const written = await writeOnce(runtime, destination.client, copy, {
    operation: 'CopyObject',
    send: async () => {
      const answer = await destination.client.copyObject(request, call);
      try {
        requirePinnedVersion(copy, answer.sourceVersionId);
      } catch (error) {
        throw sayWritten(error, copy);
      }
      return answer;
    },
    repeatable: copy.token !== undefined || commonChecksum(copy.checksums, destination.client) !== undefined,
  });
  return { written, tagCount: made.tagCount, given: made.given };
}
