import { createHash } from 'node:crypto';
import type { CopyRequest } from '@objectferry/shared/contract.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';

/** So many hexadecimal digits do not meet by chance. */
const DIGITS = 32;

/**
 * The same for every command that asks for the same copy, however it is written down, and another one when anything about
 * the copy differs, the stores' addresses among it. Keys may change in between: they open the same buckets.
 */
export function copyIdOf(request: CopyRequest, stores: StoreConfigs): string {
  const places = [request.source.store, request.destination.store].map((name) => {
    const { provider, endpoint, region } = stores[name] ?? {};
    return { provider, endpoint, region };
  });
  return createHash('sha256').update(sortedJson({ request, places })).digest('hex').slice(0, DIGITS);
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
