import type { CreatedUpload, CreateUploadRequest, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { abortOrphans } from './orphans.ts';
import { withRetry } from './retry.ts';
import { isUnclear } from './settle.ts';

/**
 * Opens an upload. When an answer is lost, an upload may stand open whose id nobody knows: the next try looks for it
 * and aborts it first. After the last try that is left to Abort, which does the same.
 *
 * @param providerAheadMs How far the provider's clock is ahead of ours: its list is dated by its own clock.
 */
export async function createUpload(
  runtime: Runtime,
  client: ObjectStore,
  request: CreateUploadRequest,
  providerAheadMs: number,
): Promise<CreatedUpload> {
  const providerNow = (): Date => new Date(runtime.clock.now().getTime() + providerAheadMs);
  let lostSince: Date | undefined;
  return withRetry(runtime, async () => {
    if (lostSince !== undefined) {
      await abortOrphans(runtime, client, request, { from: lostSince, to: providerNow() });
      lostSince = undefined;
    }
    const from = providerNow();
    try {
      return await client.createUpload(request);
    } catch (error) {
      if (isUnclear(error)) lostSince ??= from;
      throw error;
    }
  });
}
