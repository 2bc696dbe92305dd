import { bareEtag } from '../etag.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';
import type { InspectedSource } from './inspect.ts';
import { withRetry } from './retry.ts';

/**
 * True when the ETag is the only proof there is: the source was made in parts, no checksum is known of it, and its
 * store tells where the parts ended. Copied in the same parts, the ETag stays equal.
 */
export function etagIsOnlyProof({ store, facts }: InspectedSource, destination: OpenStore): boolean {
  const checksum = destination.client.capabilities.checksums.some((name) => facts.checksums[name] !== undefined);
  return !checksum && store.client.firstPartSize !== undefined && isComposite(facts.etag);
}

/** Bytes of the source's parts, where that is known and worth keeping; undefined otherwise. */
export async function sourcePartSize(
  runtime: Runtime,
  { store, object, facts }: InspectedSource,
): Promise<number | undefined> {
  const { firstPartSize } = store.client;
  if (firstPartSize === undefined || !isComposite(facts.etag)) return undefined;
  return withRetry(runtime, () => firstPartSize(object));
}

/** The ETag of an object made in parts ends in their number. */
function isComposite(etag: string): boolean {
  return /-\d+$/.test(bareEtag(etag));
}
