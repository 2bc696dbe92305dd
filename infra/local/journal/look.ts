import type { PinnedCopy } from '@objectferry/shared/contract.ts';
import { encryptionOf, sourceKeyOf } from '@objectferry/shared/copy/encryption.ts';
import { listParts } from '@objectferry/shared/copy/list.ts';
import { headIfExists } from '@objectferry/shared/copy/settle.ts';
import { openUpload } from '@objectferry/shared/copy/upload.ts';
import { hasPlannedSize, heldParts } from '@objectferry/shared/copy/wire-parts.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { sameEtag } from '@objectferry/shared/etag.ts';
import { STATES, stateOfEitherWay } from '@objectferry/shared/naming.ts';
import type { ProcessRuntime, Runtime } from '@objectferry/shared/runtime.ts';

/** A look that takes longer is given up: the copy finds out by itself. */
const LOOK_MS = 60_000;

/** What became of a copy while no process worked on it. */
export type Look =
  /** Parts of the right size that are there; undefined for a copy that has none, or where nobody could tell. */
  | { readonly goesOn: true; readonly parts: readonly number[] | undefined }
  | { readonly goesOn: false; readonly why: string };

/**
 * Looks whether a copy can go on in a state it was in: the source is still the pinned version, the upload is there. Only
 * saves work: what is overseen here, the copy's own conditions and checks find.
 */
export async function lookAt(
  process: ProcessRuntime,
  { state, copy }: { readonly state: string; readonly copy: PinnedCopy },
  signal?: AbortSignal,
): Promise<Look> {
  const until = performance.now() + LOOK_MS;
  const runtime: Runtime = { ...process, remainingMs: () => (signal?.aborted ? 0 : until - performance.now()) };
  try {
    const why = await changeOf(runtime, copy);
    if (why !== undefined) return { goesOn: false, why };
    return await partsOf(runtime, copy, stateOfEitherWay(state) === STATES.copyParts);
  } catch (error) {
    if (error instanceof CopyError) return { goesOn: true, parts: undefined };
    throw error;
  }
}

async function changeOf(runtime: Runtime, copy: PinnedCopy): Promise<string | undefined> {
  const { bucket, key, versionId } = copy.source;
  const { client } = runtime.stores.open(copy.source, 'source');
  const customerKey = await sourceKeyOf(runtime, copy.options);
  const facts = await headIfExists(runtime, client, { bucket, key, versionId }, customerKey);
  if (facts === undefined) return versionId === undefined ? 'the source is gone' : 'that version of the source is gone';
  const same = sameEtag(facts.etag, copy.etag) && facts.size === copy.size;
  // The same bytes written again are a change too: other metadata may have come with them.
  return same && facts.lastModified.toISOString() === copy.lastModified ? undefined : 'the source was replaced';
}

async function partsOf(runtime: Runtime, copy: PinnedCopy, copying: boolean): Promise<Look> {
  if (copy.uploadId === undefined) return { goesOn: true, parts: undefined };
  const { client, upload } = openUpload(runtime, copy);
  try {
    const listed = await listParts(runtime, client, upload, { encryption: await encryptionOf(runtime, copy.options) });
    const whole = listed.filter((part) => hasPlannedSize(copy, part));
    return { goesOn: true, parts: heldParts(copy, whole).map(({ part }) => part) };
  } catch (error) {
    if (!(error instanceof CopyError && error.name === 'UploadGone')) throw error;
    if (copying) return { goesOn: false, why: 'its upload is gone' };
    // Completed, most likely: the state that did it finds that out.
    return { goesOn: true, parts: Array.from({ length: copy.partCount }, (_, index) => index + 1) };
  }
}
