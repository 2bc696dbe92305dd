import { type CopyOptions, CopyRequest, type PinnedCopy, type Step } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ObjectStore, WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { parse } from '../schema.ts';
import { checkCarried, type GivenToIt } from './carried-check.ts';
import { sourceKeyOf } from './encryption.ts';
import { finish } from './finish.ts';
import { type MadeObject, newObjectFor } from './new-object.ts';
import { objectFromState } from './object-state.ts';
import { pinConditions, pinnedSource, requirePinnedVersion } from './pin.ts';
import { EMPTY_PROGRESS } from './progress.ts';
import { proveCopy } from './receipt.ts';
import { refuseOccupied, writtenFacts } from './settle.ts';
import { checkSource, headPinned, isHeld } from './source-check.ts';
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
  const ours = hasToLook(runtime, client, copy) ? await refuseOccupied(runtime, client, copy) : undefined;
  const { written, ...given } =
    ours === undefined
      ? await copyPinned(runtime, copy, options)
      : { written: ours, ...(await givenBefore(runtime, copy, options)) };
  const facts = await writtenFacts(runtime, client, copy, written);
  const unchanged = await checkSource(runtime, copy, facts).catch((error: unknown) => {
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
  return finish(withoutObject(copy), receipt);
}

/**
 * An invocation that died after its work was done is repeated, and a second request would make a second version. Only
 * the first one of all knows that nothing is written yet, unless Initiate has tried to copy by one request itself. And
 * what must not be overwritten is looked for in any case.
 */
function hasToLook({ isFirst }: Runtime, { limits }: ObjectStore, { size, options }: PinnedCopy): boolean {
  return isFirst !== true || options.overwrite === 'never' || size > limits.maxCopyObjectBytes;
}

/** No later state makes an object. */
function withoutObject({ object: _made, ...copy }: PinnedCopy): PinnedCopy {
  return copy;
}

/** By one request the destination is there before anybody can tell that the source was another one. */
function sayWritten(error: unknown, { destination: { bucket, key } }: PinnedCopy): unknown {
  if (!(error instanceof CopyError) || error.name !== 'SourceChanged') return error;
  const hint = `The destination ${bucket}/${key} was written all the same: do not use it.`;
  return new CopyError(error.name, `${error.summary} ${hint}`, error.facts);
}

type Copied = GivenToIt & { readonly written: WrittenObject };

/** What an invocation that died has given to the destination; where the state does not say it, the source may. */
async function givenBefore(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<GivenToIt> {
  try {
    const { tagCount, given } = copy.given === undefined ? await read(runtime, copy, options) : copy;
    return { tagCount, given };
  } catch (error) {
    // The destination is there and ours: what cannot be compared any more is no reason to fail.
    if (error instanceof CopyError) return {};
    throw error;
  }
}

/**
 * What the destination is to be, as Initiate has read it. Unless that was just now, a source that can be another one
 * meanwhile is looked at before the request that replaces the destination, and not only behind it.
 */
async function madeOf(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<MadeObject> {
  const destination = runtime.stores.open(copy.destination, 'destination');
  const known = await objectFromState(runtime, copy, { destination, options });
  if (known === undefined) return read(runtime, copy, options);
  if (runtime.isFirst !== true && !isHeld(copy, destination.client)) await headPinned(runtime, copy);
  return known;
}

/** Reads the pinned source once more: what is long does not travel in the state, which has to stay small. */
async function read(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<MadeObject> {
  const store = runtime.stores.open(copy.source, 'source');
  const destination = runtime.stores.open(copy.destination, 'destination');
  const facts = await headPinned(runtime, copy);
  const source = { store, object: pinnedSource(copy), facts };
  return newObjectFor(runtime, { source, destination, options, token: copy.token });
}

async function copyPinned(runtime: Runtime, copy: PinnedCopy, options: CopyOptions): Promise<Copied> {
  const { object, tagCount, given } = await madeOf(runtime, copy, options);
  const { client } = runtime.stores.open(copy.destination, 'destination');
  const { bucket, key } = copy.destination;
  const request = {
    source: pinnedSource(copy),
    destination: { bucket, key },
    object,
    conditions: pinConditions(copy),
    sourceKey: await sourceKeyOf(runtime, copy.options),
  };
  const call = { timeoutMs: copyTimeoutMs(copy.size) };
  const written = await writeOnce(runtime, client, copy, {
    operation: 'CopyObject',
    send: async () => {
      const answer = await client.copyObject(request, call);
      try {
        requirePinnedVersion(copy, answer.sourceVersionId);
      } catch (error) {
        throw sayWritten(error, copy);
      }
      return answer;
    },
    repeatable: copy.token !== undefined || commonChecksum(copy.checksums, client) !== undefined,
  });
  return { written, tagCount, given };
}
