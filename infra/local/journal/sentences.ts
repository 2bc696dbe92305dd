import type { PinnedCopy } from '@objectferry/shared/contract.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import type { ExecutionRecord } from '../executions/record.ts';
import type { ResumableResult } from './resumable-copy.ts';

/** What a person reads whose copy goes on where a process before this one has left it. */
export function goingOn(
  { state, startedAt, endedAt = startedAt }: ExecutionRecord,
  { partCount, uploadId }: PinnedCopy,
  parts: readonly number[] | undefined,
): string {
  const what =
    state === 'failed'
      ? `the copy that failed at ${endedAt}`
      : `the copy that was begun at ${startedAt} and interrupted`;
  if (uploadId === undefined || parts === undefined) return `Going on with ${what}.`;
  return `Going on with ${what}: ${count(parts.length)} of ${count(partCount)} parts are there.`;
}

/** What to do about what a copy has left at the provider; undefined when it left nothing. */
export function leftSentence({ left }: Pick<ResumableResult, 'left'>): string | undefined {
  if (left === undefined) return undefined;
  const { destination, uploadId } = left.copy;
  const remove = `objectferry uploads abort ${formatLocation(destination)} removes`;
  return left.what === 'kept'
    ? `Its parts are kept in the upload ${uploadId}: the same command goes on with them, ${remove} them.`
    : `The upload ${uploadId} could not be removed: the same command tries that again before it copies, and ${remove} it, too.`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
