import type { CopyFailure, CopyProgress, CopyStatus } from '@objectferry/shared/api.ts';
import type { PinnedCopy } from '@objectferry/shared/contract.ts';
import { encryptionOf } from '@objectferry/shared/copy/encryption.ts';
import { listParts } from '@objectferry/shared/copy/list.ts';
import { openUpload } from '@objectferry/shared/copy/upload.ts';
import { heldParts, wireNumbers } from '@objectferry/shared/copy/wire-parts.ts';
import { adviceFor, CopyError } from '@objectferry/shared/errors.ts';
import { bindSignal } from '@objectferry/shared/provider/bind-signal.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import type { ApiParts } from './parts.ts';

/** Ten pages of 1,000 parts fit; API Gateway ends a request after 30 seconds, and somebody waits for it. */
const LONGEST_LISTING_MS = 10_000;

/**
 * How far a copy in parts is, by what the provider lists of its upload. That it cannot be listed is no reason to say
 * nothing of the copy, so then this says why.
 */
export async function progressOf(
  { runtime, log }: ApiParts,
  id: string,
  copy: PinnedCopy,
): Promise<Pick<CopyStatus, 'progress' | 'progressError'>> {
  try {
    const process = await runtime();
    const until = process.clock.now().getTime() + LONGEST_LISTING_MS;
    const remainingMs = (): number => until - process.clock.now().getTime();
    return { progress: await measure({ ...process, remainingMs }, copy) };
  } catch (error) {
    const name = error instanceof CopyError ? error.name : 'Unknown';
    if (name !== 'UploadGone') log.warn('the parts of a copy cannot be listed', { id, name, reason: String(error) });
    return { progressError: explained(name, copy) };
  }
}

async function measure(runtime: Runtime, copy: PinnedCopy): Promise<CopyProgress> {
  const { client, upload } = openUpload(runtime, copy);
  const encryption = await encryptionOf(runtime, copy.options);
  const bound = bindSignal(client, AbortSignal.timeout(LONGEST_LISTING_MS));
  const { last } = wireNumbers(copy, { first: 1, count: copy.partCount });
  const parts = heldParts(copy, await listParts(runtime, bound, upload, { last, encryption }));
  const bytesDone = parts.flatMap(({ pieces }) => pieces).reduce((sum, { size }) => sum + size, 0);
  const seconds = (runtime.clock.now().getTime() - Date.parse(copy.startedAt)) / 1000;
  const bytesPerSecond = seconds > 0 ? bytesDone / seconds : 0;
  return {
    partsDone: parts.length,
    partCount: copy.partCount,
    bytesDone,
    size: copy.size,
    bytesPerSecond: Math.round(bytesPerSecond),
    ...(bytesPerSecond > 0 ? { etaSeconds: Math.ceil(Math.max(0, copy.size - bytesDone) / bytesPerSecond) } : {}),
  };
}

function explained(name: CopyError['name'], { options }: PinnedCopy): CopyFailure {
  if (name === 'UploadGone') {
    const readBack = options.verify === 'read' ? ', or source and destination are being read back' : '';
    const message = `The upload is being completed or aborted${readBack}, so its parts cannot be listed: ask again.`;
    return { name, message };
  }
  return { name, message: 'The parts cannot be listed just now: ask again later.', advice: adviceFor(name) };
}
