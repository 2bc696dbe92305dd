/** Cost of any request, and the slowest copying inside a provider that is still worth waiting for. */
const FIXED_MS = 20_000;
const SLOWEST_BYTES_PER_SECOND = 20_000_000;

/** Time for one request that makes the provider copy so many bytes, in milliseconds: 20 s, and 10 s more per 200 MB. */
export function copyTimeoutMs(bytes: number): number {
  return FIXED_MS + Math.ceil((bytes / SLOWEST_BYTES_PER_SECOND) * 1000);
}

/** The slowest reading over one connection that is still worth waiting for. */
const SLOWEST_READ_BYTES_PER_SECOND = 500_000;

/** Time for one request that sends so many bytes to this machine, in milliseconds: 28 s for 4 MiB. */
export function readTimeoutMs(bytes: number): number {
  return FIXED_MS + Math.ceil((bytes / SLOWEST_READ_BYTES_PER_SECOND) * 1000);
}

/** Complete joins all parts, and some providers work on it for minutes. */
export function completeTimeoutMs(partCount: number): number {
  return 60_000 + 10 * partCount;
}

/** What a handler keeps for reporting back, in milliseconds. */
export const REPORT_MS = 5_000;
