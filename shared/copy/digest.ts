import { createHash } from 'node:crypto';
import { bareEtag } from '../etag.ts';

/** The digest of no parts. */
export const EMPTY_DIGEST = '0'.repeat(32);

export interface DigestedPart {
  readonly partNumber: number;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * A digest over a set of parts: the XOR of one 128-bit hash per part. It does not depend on the order, so what spans
 * report side by side can be merged, and Complete can compare the sum with what the provider lists.
 */
export function digestOf(parts: Iterable<DigestedPart>): string {
  let sum = 0n;
  for (const { partNumber, etag, size } of parts) {
    const text = `${partNumber}:${bareEtag(etag).toLowerCase()}:${size}`;
    sum ^= BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 32)}`);
  }
  return hex(sum);
}

/** The digest of two disjoint sets of parts. */
export function mergeDigests(a: string, b: string): string {
  return hex(BigInt(`0x${a}`) ^ BigInt(`0x${b}`));
}

function hex(sum: bigint): string {
  return sum.toString(16).padStart(32, '0');
}
