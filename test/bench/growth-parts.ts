/**
 * Numbers of parts. All but the first leave 16 when they are divided by the 256 in flight, so that the last wait for the
 * store is as full everywhere: 256 parts take one latency as 10 do, and 257 take two, which says nothing about a client.
 */
export const GROWTH_PARTS = [10, 272, 528, 1040, 2576, 10_000] as const;

/** The key of the measure for so many parts. */
export function growthKey(parts: number): string {
  return `seconds-${parts}`;
}
