import type { PinnedCopy, Receipt } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { GetRangeRequest, ObjectStore } from '../provider/provider.ts';
import type { ByteRange } from '../range.ts';
import type { Runtime } from '../runtime.ts';
import { encryptionOf, sourceKeyOf } from './encryption.ts';
import { pinConditions, pinnedSource } from './pin.ts';
import { withRetry } from './retry.ts';
import { readTimeoutMs } from './timeouts.ts';

/** One range of source and destination. */
interface BothSides {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** Reads one range of both sides, which the caller bounds in number. */
export type ReadBack = (range: ByteRange, signal: AbortSignal) => Promise<BothSides>;

type ReadSide = (range: ByteRange, signal: AbortSignal) => Promise<Uint8Array>;

/**
 * Opens both sides for reading: the pinned version of the source, and of the destination what this copy wrote, each by
 * its version and its ETag.
 *
 * @returns a function that reads a range of both at the same time. It throws a CopyError SourceChanged or
 * DestinationChanged when one of them was replaced or deleted since, and whatever the providers answer.
 */
export async function openBothSides(
  runtime: Runtime,
  copy: PinnedCopy,
  { versionId, etag }: Receipt['destination'],
): Promise<ReadBack> {
  const { bucket, key } = copy.destination;
  const encryption = await encryptionOf(runtime, copy.options);
  const source = side(runtime.stores.open(copy.source, 'source').client, asSourceReplaced(copy), {
    object: pinnedSource(copy),
    ifMatch: pinConditions(copy).ifMatch,
    customerKey: await sourceKeyOf(runtime, copy.options),
  });
  const destination = side(runtime.stores.open(copy.destination, 'destination').client, asDestinationReplaced(copy), {
    object: { bucket, key, versionId },
    // A null version can be replaced under its id.
    ifMatch: etag,
    customerKey: encryption?.kind === 'customer' ? encryption.key : undefined,
  });
  return (range, signal) => readBoth(runtime, { source, destination }, range, signal);
}

function side(
  client: ObjectStore,
  explain: (error: unknown) => unknown,
  request: Omit<GetRangeRequest, 'range'>,
): ReadSide {
  return (range, signal) =>
    client
      .getRange({ ...request, range }, { signal, timeoutMs: readTimeoutMs(range.length) })
      .catch((error: unknown) => {
        throw explain(error);
      });
}

/** Each side has its own retry. When one has failed for good, the other is dropped, and nothing is under way any more. */
async function readBoth(
  runtime: Runtime,
  sides: { readonly source: ReadSide; readonly destination: ReadSide },
  range: ByteRange,
  signal: AbortSignal,
): Promise<BothSides> {
  const drop = new AbortController();
  const either = AbortSignal.any([signal, drop.signal]);
  const options = { signal: either, tryMs: readTimeoutMs(range.length), patient: true };
  const errors: unknown[] = [];
  const read = (one: ReadSide) =>
    withRetry(runtime, () => one(range, either), options).catch((error: unknown) => {
      errors.push(error);
      drop.abort();
      return undefined;
    });
  const [source, destination] = await Promise.all([read(sides.source), read(sides.destination)]);
  if (source === undefined || destination === undefined) throw errors[0];
  return { source, destination };
}

/** Says whose bytes are not there any more. */
function asSourceReplaced({ source: { bucket, key } }: PinnedCopy): (error: unknown) => unknown {
  return (error) =>
    isReplaced(error)
      ? new CopyError(
          'SourceChanged',
          `The source ${bucket}/${key} was replaced or deleted after it had been copied, so it cannot be read back.`,
          error.facts,
        )
      : error;
}

function asDestinationReplaced({ destination: { bucket, key } }: PinnedCopy): (error: unknown) => unknown {
  return (error) =>
    isReplaced(error)
      ? new CopyError(
          'DestinationChanged',
          `Somebody else replaced or deleted the destination ${bucket}/${key} after this copy had written it, so it cannot be read back.`,
          error.facts,
        )
      : error;
}

/** What is refused by the ETag, is not there, or has fewer bytes than before (which is all that a client says of a range). */
function isReplaced(error: unknown): error is CopyError {
  return error instanceof CopyError && ['PreconditionFailed', 'SourceNotFound', 'SourceChanged'].includes(error.name);
}
