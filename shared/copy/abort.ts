import * as v from 'valibot';
import { type AbortInput, type AbortResult, CopyRequest, type PinnedCopy } from '../contract.ts';
import { CopyError, type ErrorName, isErrorName } from '../errors.ts';
import type { Encryption, ObjectStore, Upload } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { encryptionOf } from './encryption.ts';
import { listParts } from './list.ts';
import { lostWindows, type Window } from './lost-uploads.ts';
import { abortOrphans } from './orphans.ts';
import { delayFor, withRetry } from './retry.ts';
import { openUpload } from './upload.ts';

/** Less time than this is not enough for another round of abort and list. */
const ROUND_MS = 15_000;
/** Windows go by the provider's clock, which no provider lets differ more from ours. */
const CLOCKS_APART_MS = 15 * 60_000;

/** Rounds in which a refusal may pass: 3 s on average. */
const MOST_REFUSALS = 6;
/** What no further request changes; some providers lock out a key that signs wrongly several times. */
const FINAL: readonly ErrorName[] = ['Unauthenticated', 'BucketNotFound'];

/**
 * Leaves no upload behind. Spans of a failed Map may still be copying, and a part that lands after an abort can bring
 * the upload back, so this repeats until List Parts says that the upload is gone.
 *
 * @throws CopyError ProviderUnavailable when it is still there at the end of the time; the machine calls again.
 */
export async function abort(runtime: Runtime, { state, startedAt }: AbortInput): Promise<AbortResult> {
  if (state.copy === undefined) return abortUnknown(runtime, state, new Date(startedAt));
  if (state.copy.uploadId === undefined) return { upload: 'none' };
  if (state.copy.options.onFailure === 'keep') return { upload: 'kept' };
  await abortUntilGone(runtime, state.copy);
  return { upload: 'gone' };
}

async function abortUntilGone(runtime: Runtime, copy: PinnedCopy): Promise<void> {
  const { client, upload } = openUpload(runtime, copy);
  await abortUploadUntilGone(runtime, client, upload, await encryptionIfKnown(runtime, copy));
}

/**
 * Aborts an upload again and again until List Parts says that it is gone.
 *
 * @param encryption As the upload began with it: under a customer key some providers want that key to list the parts.
 * @throws CopyError ProviderUnavailable when it is still there at the end of the time, and what the provider answers.
 */
export async function abortUploadUntilGone(
  runtime: Runtime,
  client: ObjectStore,
  upload: Upload,
  encryption?: Encryption,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    try {
      if (await isGone(() => withRetry(runtime, () => client.abortUpload(upload)))) return;
      if (await isGone(() => listParts(runtime, client, upload, { encryption }))) return;
    } catch (error) {
      refuseForGood(error, round);
    }
    if (runtime.remainingMs() < ROUND_MS) {
      throw new CopyError(
        'ProviderUnavailable',
        `The upload ${upload.uploadId} of ${upload.bucket}/${upload.key} is still listed after ${round} aborts.`,
        { provider: client.provider, operation: 'AbortMultipartUpload' },
      );
    }
    await runtime.clock.sleep(delayFor(round, undefined, runtime.random));
  }
}

/** Nobody comes after Abort before the next sweep, so it believes a refusal only when it hears it again and again. */
function refuseForGood(error: unknown, round: number): void {
  const mayPass = error instanceof CopyError && !FINAL.includes(error.name);
  if (!mayPass || round >= MOST_REFUSALS) throw error;
}

/** A key that cannot be read any more may be why the copy failed: it must not keep the upload from being aborted. */
async function encryptionIfKnown(runtime: Runtime, { options }: PinnedCopy): Promise<Encryption | undefined> {
  try {
    return await encryptionOf(runtime, options);
  } catch (error) {
    if (error instanceof CopyError) return undefined;
    throw error;
  }
}

async function isGone(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return false;
  } catch (error) {
    if (error instanceof CopyError && error.name === 'UploadGone') return true;
    throw error;
  }
}

/**
 * Initiate failed. If a request of it may have opened an upload whose id was lost, its error says when; if the handler
 * itself died, nobody knows more than when the execution began. After any other error there is no such upload.
 */
async function abortUnknown(
  runtime: Runtime,
  { error, request: raw }: AbortInput['state'],
  startedAt: Date,
): Promise<AbortResult> {
  const request = v.safeParse(CopyRequest, raw);
  const windows = isErrorName(error.Error)
    ? lostWindows(error.Cause ?? '').map((window) => within(window, startedAt, runtime.clock.now()))
    : [{ from: startedAt, to: runtime.clock.now(), clock: 'ours' } as const];
  if (!request.success || windows.length === 0) return { upload: 'none' };
  const { destination } = request.output;
  const { client } = runtime.stores.open(destination, 'destination');
  const aborted = await abortOrphans(runtime, client, destination, windows);
  return { upload: aborted > 0 ? 'gone' : 'none' };
}

/**
 * What of a window lies in the time of the execution. Errors quote keys, and anybody who may write an object can give it
 * a key that speaks of all times.
 */
function within({ from, to, clock }: Window, start: Date, end: Date): Window {
  return {
    clock,
    from: new Date(Math.max(from.getTime(), start.getTime() - CLOCKS_APART_MS)),
    to: new Date(Math.min(to.getTime(), end.getTime() + CLOCKS_APART_MS)),
  };
}
