import { CopyRequest, PinnedCopy } from '@objectferry/shared/contract.ts';
import type { OpenUpload } from '@objectferry/shared/provider/provider.ts';
import * as v from 'valibot';
import { type ExecutionRecord, pinnedOf } from '../executions/record.ts';
import type { JournaledUpload } from '../journal/journals.ts';

/**
 * Whose an open upload is: of a copy of ours that runs, or will go on by itself; of one that ended before its end; of
 * one that was to keep its parts; or nobody's that this machine knows of.
 */
export type Whose = 'running' | 'interrupted' | 'kept' | 'unknown';

/** An upload, wherever it was heard of. */
type UploadAt = OpenUpload & { readonly bucket: string };

/** Tells whose an upload is, and how to go on with its copy where that is known. */
export type Ours = (upload: UploadAt) => { readonly whose: Whose; readonly command?: string | undefined };

/** No provider lets its clock differ more from ours. */
const CLOCKS_APART_MS = 15 * 60_000;
const LeftOver = v.object({ copy: PinnedCopy });

interface Known {
  readonly whose: Exclude<Whose, 'unknown'>;
  readonly command?: string | undefined;
}

/**
 * What the journals of copies and the executions of `serve` on this machine know. An upload is theirs by bucket, key and
 * id, whatever the store is called: two names of one store must not make a running copy's upload a stranger's.
 */
export function oursBy(journaled: readonly JournaledUpload[], executions: readonly ExecutionRecord[]): Ours {
  const known = new Map<string, Known>();
  for (const { state: whose, command, ...upload } of journaled) {
    known.set(idOf(upload), { whose, command: command === '' ? undefined : command });
  }
  const opening: Opening[] = [];
  for (const record of executions) {
    const copies = copiesOf(record);
    for (const { destination, uploadId, options } of copies) {
      if (uploadId !== undefined) known.set(idOf({ ...destination, uploadId }), { whose: whoseIs(record, options) });
    }
    // One that has only begun may be opening an upload whose id nobody has heard yet.
    if (record.state === 'running' && pinnedOf(record) === undefined) opening.push(...openingOf(record));
  }
  return (upload) => {
    const found = known.get(idOf(upload));
    if (found !== undefined) return found;
    return { whose: opening.some((one) => mayBe(one, upload)) ? 'running' : 'unknown' };
  };
}

function idOf({ bucket, key, uploadId }: Pick<UploadAt, 'bucket' | 'key' | 'uploadId'>): string {
  return JSON.stringify([bucket, key, uploadId]);
}

function copiesOf(record: ExecutionRecord): PinnedCopy[] {
  const leftOver = v.safeParse(LeftOver, record.leftOver);
  const before = leftOver.success ? [leftOver.output.copy] : [];
  return [...before, pinnedOf(record)].filter((copy) => copy !== undefined);
}

/** A record that says running does so until its execution has ended, even when its server is gone: the next goes on. */
function whoseIs({ state }: ExecutionRecord, { onFailure }: PinnedCopy['options']): Known['whose'] {
  if (state === 'running') return 'running';
  return onFailure === 'keep' && state !== 'succeeded' ? 'kept' : 'interrupted';
}

interface Opening {
  readonly bucket: string;
  readonly key: string;
  readonly since: number;
}

function openingOf({ request, startedAt }: ExecutionRecord): Opening[] {
  const parsed = v.safeParse(CopyRequest, request);
  // What is no request is about to fail.
  if (!parsed.success) return [];
  const { bucket, key } = parsed.output.destination;
  return [{ bucket, key, since: Date.parse(startedAt) - CLOCKS_APART_MS }];
}

function mayBe({ bucket, key, since }: Opening, upload: UploadAt): boolean {
  return bucket === upload.bucket && key === upload.key && upload.initiated.getTime() >= since;
}
