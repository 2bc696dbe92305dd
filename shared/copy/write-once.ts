import type { PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { provenEtag } from '../etag.ts';
import type { ObjectFacts, ObjectStore, WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { asSourceChange } from './pin.ts';
import { withRetry } from './retry.ts';
import { isUnclear, type Look, lookForOurs, refuseOccupied, sayUnseen } from './settle.ts';

/** After a lost answer the provider may still be at work, and its upload be gone before its object is there. */
const LOOKS = 12;
const LOOK_PAUSE_MS = 5_000;

export interface Write {
  /** The provider's word for the request. */
  readonly operation: 'CompleteMultipartUpload' | 'CopyObject';
  readonly send: () => Promise<WrittenObject>;
  /** False: a second request would write a second time, so it is not sent while the first one is unclear. */
  readonly repeatable: boolean;
}

/**
 * Sends the request that makes the destination appear. An unclear answer (timeout, reset, 5xx, a 200 that is an error
 * or has no ETag, an upload that is suddenly gone) is settled by HEAD: if the destination is ours the work was done; if
 * not, the request may be sent again.
 *
 * @throws CopyError the request's own error when the destination is not ours.
 */
export function writeOnce(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
  { operation, send, repeatable }: Write,
): Promise<WrittenObject> {
  let unclear = false;
  let tries = 0;
  const settle = async (error: CopyError): Promise<WrittenObject> => {
    // Only an upload that went away behind an unclear answer is worth waiting for.
    const looks = unclear && error.name === 'UploadGone' ? LOOKS : 1;
    const { facts, unseen } = await lookOften(runtime, client, copy, looks);
    if (facts !== undefined) {
      runtime.observe({ type: 'retry', error, delayMs: 0, settled: true });
      return facts;
    }
    unclear ||= isUnclear(error);
    const known = unseen ? sayUnseen(error) : error;
    if (repeatable || !unclear) throw known;
    throw new CopyError('Unknown', 'Nothing tells whether the destination was written: look at it.', known.facts);
  };
  return withRetry(runtime, async () => {
    tries += 1;
    try {
      const ours = tries > 1 ? await lookAgain(runtime, client, copy) : undefined;
      const written = ours ?? (await send());
      if (provenEtag(written.etag) !== undefined || client.capabilities.etagMayBeAbsent) return written;
      throw new CopyError('MissingETag', 'The provider reported success, but sent no ETag.', {
        provider: client.provider,
        operation,
      });
    } catch (error) {
      if (needsSettling(error)) return settle(error);
      throw asSourceChange(error);
    }
  });
}

/**
 * Between two tries somebody may have written what must not be overwritten. Without a token nothing would tell their
 * object from ours.
 */
async function lookAgain(runtime: Runtime, client: ObjectStore, copy: PinnedCopy): Promise<ObjectFacts | undefined> {
  if (copy.options.overwrite !== 'never' || copy.token === undefined) return undefined;
  return refuseOccupied(runtime, client, copy);
}

async function lookOften(runtime: Runtime, client: ObjectStore, copy: PinnedCopy, looks: number): Promise<Look> {
  for (let count = 1; ; count += 1) {
    const look = await lookForOurs(runtime, client, copy);
    if (look.facts !== undefined || count >= looks || runtime.remainingMs() < 2 * LOOK_PAUSE_MS) return look;
    await runtime.clock.sleep(LOOK_PAUSE_MS);
  }
}

/** DestinationExists may be our own object, seen by a request that is sent a second time. */
function needsSettling(error: unknown): error is CopyError {
  return isUnclear(error) || (error instanceof CopyError && ['UploadGone', 'DestinationExists'].includes(error.name));
}
