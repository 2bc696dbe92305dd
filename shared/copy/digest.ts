import { hash } from 'node:crypto';
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
  return hexDigest(digestSum(parts));
}

/** The same as a number, for summing up: digests are joined by XOR. */
export function digestSum(parts: Iterable<DigestedPart>): bigint {
  let sum = 0n;
  for (const { partNumber, etag, size } of parts) {
    const text = `${partNumber}:${bareEtag(etag).toLowerCase()}:${size}`;
    sum ^= BigInt(`0x${hash('sha256', text, 'hex').slice(0, 32)}`);
  }
  return sum;
}

/** The digest of two disjoint sets of parts. */
export function mergeDigests(a: string, b: string): string {
  return hexDigest(BigInt(`0x${a}`) ^ BigInt(`0x${b}`));
}

/** A sum as a digest. */
export function hexDigest(sum: bigint): string {
  return sum.toString(16).padStart(32, '0');
}
