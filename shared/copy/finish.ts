import type { PinnedCopy, Receipt, Step } from '../contract.ts';
import { byteSpansOf } from './read-plan.ts';
import { isContentProof } from './receipt.ts';

/**
 * What comes after the destination was written and everything that can be compared at once was equal: the end, or
 * reading both sides back, where that was asked for and nothing has proven the content yet.
 */
export function finish(copy: PinnedCopy, receipt: Receipt): Step {
  const isProven = receipt.checks.some(({ name, result }) => result === 'equal' && isContentProof(name));
  if (copy.options.verify !== 'read' || copy.size === 0 || isProven) return { strategy: 'finished', receipt };
  const read = { bytes: 0, retries: 0, throttles: 0 };
  return { strategy: 'verify', copy, receipt, byteSpans: byteSpansOf(copy), read };
}
