import type { Check, CompleteInput, PinnedCopy, Progress, Span, Step } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { Encryption, ListedPart, ObjectStore, Upload, WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { checkCarried } from './carried-check.ts';
import { chosenParts } from './chosen-parts.ts';
import { encryptionOf } from './encryption.ts';
import { finish } from './finish.ts';
import { checkParts, listAllParts, type Repair, repairOf } from './part-check.ts';
import { expectedChecksums, refuseWrongParts } from './part-crc.ts';
import { addProgress, addTally } from './progress.ts';
import { proveCopy } from './receipt.ts';
import { lookForOurs, refuseOccupied, sayUnseen, writtenFacts } from './settle.ts';
import { checkSource } from './source-check.ts';
import { tallied } from './tally.ts';
import { completeTimeoutMs } from './timeouts.ts';
import { abortIfOpen, openUpload, withUploadId } from './upload.ts';
import { writeOnce } from './write-once.ts';

/**
 * Sends the spans that are left back to the machine, or, when there are none, checks every part at the provider
 * against the plan, completes, and proves the result. Parts that the provider holds with another size than was asked
 * for go back to the machine, too.
 *
 * @throws CopyError ChecksumMismatch, SourceChanged, UploadGone and what the provider answers.
 */
export async function complete(outer: Runtime, { copy, reports, done }: CompleteInput): Promise<Step> {
  const progress = reports.reduce<Progress>(addProgress, done);
  const spans = reports.map(({ rest }) => rest).filter((rest): rest is Span => rest !== null);
  if (spans.length > 0) return { strategy: 'parts', copy, spans, done: progress };
  const { runtime, tally } = tallied(outer);
  const { client, upload } = openUpload(runtime, copy);
  return withUploadId(upload, async () => {
    const completed = await completeOnce(runtime, client, { copy, upload, progress });
    if ('spans' in completed) {
      return { strategy: 'parts', copy, spans: [...completed.spans], done: addTally(completed.done, tally()) };
    }
    const { written, before, splitParts } = completed;
    const facts = await writtenFacts(runtime, client, copy, written);
    const { tags, carried } = await checkCarried(runtime, client, copy, copy, facts);
    const receipt = proveCopy(runtime, {
      strategy: 'parts',
      copy,
      written,
      facts,
      progress: addTally(progress, tally()),
      splitParts,
      before: [...before, ...tags],
      carried,
    });
    return finish(copy, receipt);
  });
}

interface Completion {
  readonly copy: PinnedCopy;
  readonly upload: Upload;
  readonly progress: Progress;
}

interface Completed {
  readonly written: WrittenObject;
  readonly before: readonly Check[];
  /** Parts that are there in two halves; undefined for none, and where nobody can tell. */
  readonly splitParts?: number | undefined;
}

async function completeOnce(
  runtime: Runtime,
  client: ObjectStore,
  { copy, upload, progress }: Completion,
): Promise<Completed | Repair> {
  const encryption = await encryptionOf(runtime, copy.options);
  const listed = await listedOrDone(runtime, client, copy, upload, encryption);
  if (listed === 'done') {
    return { written: await requireOurs(runtime, copy), before: [{ name: 'parts', result: 'unavailable' }] };
  }
  const parts = chosenParts(copy, listed, progress);
  const repair = repairOf(copy, parts, progress);
  if (repair !== undefined) return repair;
  const before = [checkParts(copy, parts, progress), await checkSource(runtime, copy)];
  refuseWrongParts(copy, parts);
  const { acl, overwrite } = copy.options;
  if (overwrite === 'never') await refuseOccupied(runtime, client, copy);
  const checksums = expectedChecksums(copy, client);
  const request = { upload, parts, acl, overwrite: overwrite !== 'never', encryption, checksums };
  const call = { timeoutMs: completeTimeoutMs(copy.partCount) };
  const written = await writeOnce(runtime, client, copy, {
    operation: 'CompleteMultipartUpload',
    send: () => client.completeUpload(request, call),
    repeatable: true,
  });
  // Without a token "ours" only means "the same content": somebody else may have written it, and our parts be there.
  if (copy.token === undefined) await abortIfOpen(runtime, client, upload);
  return { written, before, splitParts: parts.length - copy.partCount || undefined };
}

/** When this state runs again after its own success was lost, the upload is gone because it is complete. */
async function listedOrDone(
  runtime: Runtime,
  client: ObjectStore,
  copy: PinnedCopy,
  upload: Upload,
  encryption: Encryption | undefined,
): Promise<ListedPart[] | 'done'> {
  try {
    return await listAllParts(runtime, client, { copy, upload, encryption });
  } catch (error) {
    if (error instanceof CopyError && error.name === 'UploadGone') return 'done';
    throw error;
  }
}

async function requireOurs(runtime: Runtime, copy: PinnedCopy): Promise<WrittenObject> {
  const { client } = runtime.stores.open(copy.destination, 'destination');
  const { facts, unseen } = await lookForOurs(runtime, client, copy);
  if (facts !== undefined) return facts;
  const { provider } = client;
  if (unseen) throw sayUnseen(new CopyError('UploadGone', GONE, { provider }));
  if (copy.token === undefined) {
    throw new CopyError(
      'UploadGone',
      `${GONE} Without a token nothing tells which: compare the destination with the source.`,
      { provider },
    );
  }
  throw new CopyError(
    'UploadGone',
    'The multipart upload is gone and the destination was not written by this copy: somebody aborted it.',
    { provider },
  );
}

const GONE = 'The multipart upload is gone: it was completed or aborted.';
