import type { PinnedCopy } from '../contract.ts';
import type { CustomerKey } from '../credentials.ts';
import { CopyError } from '../errors.ts';
import { provenEtag } from '../etag.ts';
import type { Encryption, ObjectStore, Upload } from '../provider/provider.ts';
import type { ByteRange } from '../range.ts';
import { asSourceChange, pinConditions, pinnedSource, requirePinnedVersion } from './pin.ts';
import { copyTimeoutMs } from './timeouts.ts';
import type { Piece } from './wire-parts.ts';

/** One upload that parts are copied into. */
export interface PartTarget {
  readonly client: ObjectStore;
  readonly copy: PinnedCopy;
  readonly upload: Upload;
  readonly encryption: Encryption | undefined;
  readonly sourceKey: CustomerKey | undefined;
}

/**
 * Copies one range into one part with one request and believes nothing that the answer does not prove: an ETag, the
 * very bytes, the very version.
 *
 * @returns the part's ETag.
 * @throws CopyError MissingETag, IncompleteAnswer, SourceChanged and whatever the provider answers.
 */
export async function copyRange(
  target: PartTarget,
  { partNumber, range }: Piece,
  signal: AbortSignal,
): Promise<string> {
  const { client, copy, upload, encryption, sourceKey } = target;
  // The whole object goes without: Amazon refuses a range of an object of 5 MiB or less.
  const ranged = range.length < copy.size;
  const answer = await client
    .uploadPartCopy(
      {
        upload,
        partNumber,
        source: pinnedSource(copy),
        range: ranged ? range : undefined,
        conditions: client.capabilities.partConditions ? pinConditions(copy) : undefined,
        encryption,
        sourceKey,
      },
      { signal, timeoutMs: copyTimeoutMs(range.length) },
    )
    .catch((error: unknown) => {
      throw asSourceChange(error);
    });
  requirePinnedVersion(copy, answer.sourceVersionId, partNumber);
  if (ranged && client.capabilities.partRangeReported) requireRange(answer.range, range, partNumber, client.provider);
  const etag = provenEtag(answer.etag) ?? provenEtag(await listedEtag(target, partNumber, signal));
  if (etag === undefined) {
    throw new CopyError('MissingETag', `The provider reported part ${partNumber} as copied, but sent no ETag.`, {
      provider: client.provider,
      operation: 'UploadPartCopy',
      partNumber,
    });
  }
  return etag;
}

/** Marks an answer that names other bytes than were asked for. */
const WRONG_RANGE = 'WrongRange';

/** True when the provider has put other bytes into the part than it was asked for. */
export function isWrongRange(error: unknown): boolean {
  return error instanceof CopyError && error.facts.code === WRONG_RANGE;
}

/**
 * A part that the provider put other bytes into stands in the upload until it is copied again. When that never
 * succeeded, no later invocation may adopt it for its size.
 *
 * @throws CopyError ChecksumMismatch
 */
export function refuseWrongPart(error: unknown): void {
  if (!(error instanceof CopyError) || !isWrongRange(error)) return;
  throw new CopyError('ChecksumMismatch', error.summary, error.facts);
}

/** A provider that dislikes a range copies the whole object and leaves the range out of its answer. */
function requireRange(reported: ByteRange | undefined, asked: ByteRange, partNumber: number, provider: string): void {
  if (reported?.offset === asked.offset && reported.length === asked.length) return;
  const copied = reported === undefined ? 'no range' : `${reported.length} bytes from ${reported.offset}`;
  throw new CopyError(
    'IncompleteAnswer',
    `Part ${partNumber} should hold ${asked.length} bytes from ${asked.offset}, but the provider reported ${copied}.`,
    { provider, operation: 'UploadPartCopy', partNumber, code: WRONG_RANGE },
  );
}

async function listedEtag(
  { client, upload, encryption }: PartTarget,
  partNumber: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!client.capabilities.etagMayBeAbsent) return undefined;
  const { parts } = await client.listParts({ upload, after: partNumber - 1, limit: 1, encryption }, { signal });
  return parts.find((part) => part.partNumber === partNumber)?.etag;
}
