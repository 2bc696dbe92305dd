import type { Cell } from '../faults/cell.ts';
import type { Expectation, FaultSpec } from '../faults/fault.ts';
import { CHANGES } from './fault-proxy-changes.ts';

/** Rows of the table that are not run against Ceph, and why; a proxy without the secret key can cause only so much. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'whole-object': 'the signature covers the range, so only the store itself could ignore it',
  'wrong-size': 'the signature covers the range, so only the store itself could copy less',
  'source-archived': 'Ceph has no archive',
  'keys-rotated': 'one user owns everything here, and others use it at the same time',
  'token-ended': 'session tokens need the STS service, which this cluster does not run',
  'clock-ahead': 'the clock is that of this machine, and ours, too',
  'clock-behind': 'the clock is that of this machine, and ours, too',
};

/** Why a row is not run here; undefined when it is. */
export function notHere({ name, injection }: FaultSpec): string | undefined {
  if (injection.kind === 'answer' || CHANGES[name] !== undefined) return NOT_HERE[name];
  return NOT_HERE[name] ?? 'nobody has said how it is done at a real store: add it to CHANGES';
}

/** Rows for which whole buckets change: no other cell may use them. */
export const OWN_BUCKETS: readonly string[] = ['bucket-gone', 'read-withdrawn', 'write-withdrawn'];

const OVERWRITES: Expectation = {
  result: 'ok',
  because: 'Ceph 17 takes no If-None-Match: the look just before is all that protects (quirk forbidOverwrite).',
};

const SOURCE_ALONE: Expectation = {
  result: 'ok',
  because:
    'Here the bucket of the source is closed, there a user: the destination can be read, and has the pinned ETag.',
};

/** Cells in which Ceph is not as the emulator of Amazon is. */
const CEPH: readonly (Expectation & { readonly row: string; readonly at: readonly Cell['position'][] })[] = [
  { ...OVERWRITES, row: 'destination-written-never', at: ['Complete', 'CopyObject'] },
  { ...SOURCE_ALONE, row: 'read-withdrawn', at: ['HEAD after CopyObject'] },
];

/** What a cell should show here: what the table says, but for Ceph's own habits. */
export function expectedHere({ spec, position, expected }: Cell): Required<Pick<Expectation, 'result' | 'bytes'>> {
  const { result, bytes } = CEPH.find(({ row, at }) => row === spec.name && at.includes(position)) ?? expected;
  return { result, bytes: bytes ?? (result === 'ok' ? 'right' : 'untouched') };
}
