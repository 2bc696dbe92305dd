import type { PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { provenEtag } from '../etag.ts';
import type { ObjectStore, WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { asSourceChange } from './pin.ts';
import { withRetry } from './retry.ts';
import { isUnclear, ourObject } from './settle.ts';

/**
 * Sends the request that makes the destination appear, Complete or CopyObject. An unclear answer (timeout, reset, 5xx,
 * a 200 that is an error or has no ETag, an upload that is suddenly gone) is settled by HEAD: if the destination is
 * ours the work was done; if not, the request may be sent again.
 *
 * @param operation The provider's word for the request.
 * @throws CopyError the request's own error when the destination is not ours.
 */
export function writeOnce(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
  operation: string,
  send: () => Promise<WrittenObject>,
): Promise<WrittenObject> {
  return withRetry(runtime, async () => {
    try {
      const written = await send();
      if (provenEtag(written.etag) !== undefined) return written;
      throw new CopyError('MissingETag', 'The provider reported success, but sent no ETag.', {
        provider: client.provider,
        operation,
      });
    } catch (error) {
      if (!needsSettling(error)) throw asSourceChange(error);
      const facts = await ourObject(runtime, client, copy);
      if (facts === undefined) throw error;
      runtime.observe({ type: 'retry', error, delayMs: 0, settled: true });
      return facts;
    }
  });
}

/** DestinationExists may be our own object, seen by a request that is sent a second time. */
function needsSettling(error: unknown): error is CopyError {
  return isUnclear(error) || (error instanceof CopyError && ['UploadGone', 'DestinationExists'].includes(error.name));
}
