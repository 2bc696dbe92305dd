import { CopyError } from '../errors.ts';
import type { CreatedUpload, CreateUploadRequest, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { type Window, withLostWindows } from './lost-uploads.ts';
import { abortOrphans } from './orphans.ts';
import { withRetry } from './retry.ts';
import { isUnclear } from './settle.ts';

/**
 * Opens an upload. When an answer is lost, an upload may stand open whose id nobody knows: the next try looks for it
 * and aborts it first, and so does giving up. If even that fails, the error says since when, and Abort looks again.
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
  let lost: Window[] = [];
  const cleanUp = async (): Promise<CopyError | undefined> => {
    if (lost.length === 0) return undefined;
    try {
      await abortOrphans(runtime, client, request, lost);
      lost = [];
      return undefined;
    } catch (error) {
      // An upload without parts costs nothing: not being able to look is no reason to fail a copy.
      if (!(error instanceof CopyError)) throw error;
      runtime.observe({ type: 'retry', error, delayMs: 0, settled: true });
      return error;
    }
  };
  const open = async (): Promise<CreatedUpload> => {
    refuseUnreadable(await cleanUp());
    const from = providerNow();
    try {
      return await client.createUpload(request);
    } catch (error) {
      if (isUnclear(error)) lost.push({ from, to: providerNow() });
      throw error;
    }
  };
  try {
    return await withRetry(runtime, open);
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    await cleanUp();
    throw withLostWindows(error, lost);
  }
}

/** When neither the new upload nor the list of uploads can be read, every further try leaves one more behind. */
function refuseUnreadable(looked: CopyError | undefined): void {
  if (looked?.name !== 'IncompleteAnswer') return;
  throw new CopyError(
    'Unknown',
    `An upload was begun, but neither its id nor the list of uploads can be read: check that the store's endpoint speaks this dialect, and for a proxy in between. ${looked.summary}`,
    looked.facts,
  );
}
