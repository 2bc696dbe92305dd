import { CopyError } from '../errors.ts';
import type { CreatedUpload, CreateUploadRequest, ObjectStore } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { type Window, withLostWindows } from './lost-uploads.ts';
import { abortOrphans } from './orphans.ts';
import { withRetry } from './retry.ts';
import { isUnclear } from './settle.ts';

export interface Times {
  /** How far the provider's clock is ahead of ours, in milliseconds: its list is dated by its own clock. */
  readonly providerAheadMs: number;
  /** By our clock: an invocation before this one may have died with an upload open since then. */
  readonly mayBeOpenSince?: Date | undefined;
}

/**
 * Opens an upload. When an answer is lost, an upload may stand open whose id nobody knows: the next try looks for it
 * and aborts it first, and so does giving up. If even that fails, the error says since when, and Abort looks again.
 */
export async function createUpload(
  runtime: Runtime,
  client: ObjectStore,
  request: CreateUploadRequest,
  { providerAheadMs, mayBeOpenSince }: Times,
): Promise<CreatedUpload> {
  const byProvider = (time: Date): Date => new Date(time.getTime() + providerAheadMs);
  const providerNow = (): Date => byProvider(runtime.clock.now());
  let lost: Window[] = mayBeOpenSince === undefined ? [] : [{ from: byProvider(mayBeOpenSince), to: providerNow() }];
  const cleanUp = async (except?: string): Promise<CopyError | undefined> => {
    if (lost.length === 0) return undefined;
    try {
      await abortOrphans(runtime, client, request, lost, except);
      lost = [];
      return undefined;
    } catch (error) {
      // An upload without parts costs nothing: not being able to look is no reason to fail a copy.
      if (!(error instanceof CopyError)) throw error;
      runtime.observe({ type: 'retry', error, delayMs: 0, settled: true });
      return error;
    }
  };
  let tries = 0;
  const open = async (): Promise<CreatedUpload> => {
    const looked = await cleanUp();
    // Before the first try there is no answer yet that could not be read.
    if (tries > 0) refuseUnreadable(looked);
    tries += 1;
    const from = providerNow();
    try {
      return await client.createUpload(request);
    } catch (error) {
      if (isUnclear(error)) lost.push({ from, to: providerNow() });
      throw error;
    }
  };
  try {
    const created = await withRetry(runtime, open);
    // What could not be looked for before this try has not become younger than its window.
    await cleanUp(created.uploadId);
    return created;
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
