import type { CopyRequest } from '@objectferry/shared/contract.ts';
import { encryptionOf } from '@objectferry/shared/copy/encryption.ts';
import { abortIfEmpty } from '@objectferry/shared/copy/orphans.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { Encryption, ObjectStore } from '@objectferry/shared/provider/provider.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { type EndedCopies, type Machine, placeOf } from './ended-copies.ts';
import { Openers, type PlacedUpload, TooManyLooks } from './openers.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Nobody opens an upload and waits longer than this with its first part. */
const IDLE_MS = 12 * HOUR_MS;
/** Older ones have been looked at night after night. */
const OLDEST_MS = 14 * DAY_MS;
/** One that is redriven began so much earlier than the upload that it opens. */
const REDRIVEN_MS = 14 * DAY_MS;

/** Removes uploads without parts that our own copies have left behind. */
export interface Leftovers {
  /** What could not be found out or removed, with the reason. */
  readonly failures: EndedCopies['failures'];
  /** False when there was not enough time to find out about all: the next sweep goes on. */
  readonly complete: () => boolean;
  /** @returns whether it was one, and is gone now. */
  readonly remove: (client: ObjectStore, upload: PlacedUpload) => Promise<boolean>;
}

/**
 * An Initiate that died, froze or ran twice may leave an upload whose id nobody knows, and nobody may come who looks for
 * it. What has no part after twelve hours, at exactly the key that an execution copied to, and began while Initiate of
 * that execution may have been running, is taken for its. It stays while a copy to that key runs, and when an execution
 * names it.
 */
export function createLeftovers(runtime: Runtime, machine: Machine): Leftovers {
  const failures: EndedCopies['failures'] = [];
  const now = runtime.clock.now().getTime();
  const openers = new Openers(runtime, machine, new Date(now - OLDEST_MS - REDRIVEN_MS));
  let complete = true;
  const remove: Leftovers['remove'] = async (client, upload) => {
    const ageMs = now - upload.begun.getTime();
    if (ageMs < IDLE_MS || ageMs > OLDEST_MS) return false;
    let executionArn = machine.machineArn;
    try {
      const opener = await openers.of(upload);
      if (opener === undefined) return false;
      ({ executionArn } = opener);
      return await abortIfEmpty(runtime, client, upload, await encryptionIfKnown(runtime, opener.options));
    } catch (error) {
      if (error instanceof TooManyLooks) complete = false;
      else
        failures.push({
          executionArn,
          reason: `The empty upload ${upload.uploadId} of ${placeOf(upload)} stays: ${error}`,
        });
      return false;
    }
  };
  return { failures, complete: () => complete, remove };
}

/** Under a customer key some providers want that key to list the parts. */
async function encryptionIfKnown(runtime: Runtime, options: CopyRequest['options']): Promise<Encryption | undefined> {
  try {
    return await encryptionOf(runtime, options);
  } catch (error) {
    if (error instanceof CopyError) return undefined;
    throw error;
  }
}
