import type { CopyOptions } from '../contract.ts';
import { bareEtag } from '../etag.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';
import type { InspectedSource } from './inspect.ts';
import { withRetry } from './retry.ts';
import { commonChecksum } from './verify.ts';

/**
 * True when the ETag is the only proof there is: the source was made in parts, no checksum is known of it, and its
 * store tells where the parts ended. Copied in the same parts, the ETag stays equal.
 */
export function etagIsOnlyProof(source: InspectedSource, destination: OpenStore, options: CopyOptions): boolean {
  const { store, facts } = source;
  const reproducible = isComposite(facts.etag) && !isOpaque(source, options);
  return (
    commonChecksum(facts.checksums, destination.client) === undefined &&
    store.client.firstPartSize !== undefined &&
    reproducible
  );
}

/**
 * False where no copy by one request could have the source's ETag: it depends on parts, or on a key. Otherwise it may be
 * the MD5 of the bytes on both sides.
 */
export function etagMayProve(source: InspectedSource, options: CopyOptions): boolean {
  return !isComposite(source.facts.etag) && !isOpaque(source, options);
}

/** Bytes of the source's parts, where that is known; undefined otherwise. */
export async function sourcePartSize(
  runtime: Runtime,
  { store, object, facts, customerKey }: InspectedSource,
): Promise<number | undefined> {
  const { firstPartSize } = store.client;
  if (firstPartSize === undefined || !isComposite(facts.etag)) return undefined;
  return withRetry(runtime, () => firstPartSize({ object, customerKey }));
}

/** The ETag of an object made in parts ends in their number. */
export function isComposite(etag: string): boolean {
  return /-\d+$/.test(bareEtag(etag));
}

/** Under a key that is not the provider's own, an ETag says nothing about the content. */
function isOpaque({ facts, customerKey }: InspectedSource, { encryption }: CopyOptions): boolean {
  const source = customerKey !== undefined || /kms/i.test(facts.encryption?.algorithm ?? '');
  return source || encryption?.kind === 'kms' || encryption?.kind === 'customer';
}
