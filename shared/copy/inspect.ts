import type { CopyOptions, CopyRequest } from '../contract.ts';
import type { CustomerKey } from '../credentials.ts';
import { CopyError } from '../errors.ts';
import type { ObjectFacts, ObjectVersion, SourceConditions } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';
import { sourceKeyOf } from './encryption.ts';
import { nobodyThere } from './nobody-there.ts';
import { withRetry } from './retry.ts';
import { isUnseen } from './settle.ts';

/** A source that may be copied, frozen at the version and content that HEAD saw. */
export interface InspectedSource {
  readonly store: OpenStore;
  readonly object: ObjectVersion;
  readonly facts: ObjectFacts;
  /** The customer key that it is encrypted with, if there is one. */
  readonly customerKey: CustomerKey | undefined;
  /** How far the provider's clock is ahead of ours, in milliseconds. */
  readonly providerAheadMs: number;
  /** When the source was looked at, by the provider's clock. */
  readonly pinnedAt: Date;
}

/**
 * HEADs the source once and refuses early what cannot be copied.
 *
 * @throws CopyError SourceNotFound, PreconditionFailed, SourceArchived, TooLarge and what the provider answers.
 */
export async function inspectSource(
  runtime: Runtime,
  { source, options }: Pick<CopyRequest, 'source' | 'options'>,
): Promise<InspectedSource> {
  const store = runtime.stores.open(source, 'source');
  const customerKey = await sourceKeyOf(runtime, options);
  const named = { bucket: source.bucket, key: source.key, versionId: source.versionId };
  const conditions = conditionsOf(options);
  let asked = runtime.clock.now();
  const look = (): Promise<ObjectFacts> => {
    asked = runtime.clock.now();
    return store.client.head({ object: named, conditions, customerKey });
  };
  const facts = await withRetry(runtime, look).catch((error: unknown) => {
    throw namingTheKey(nobodyThere(error, source.store), options);
  });
  const now = runtime.clock.now();
  const pinnedAt = facts.answeredAt ?? now;
  const object = { ...named, versionId: named.versionId ?? facts.versionId };
  const providerAheadMs = clockAheadMs(pinnedAt, { asked, now });
  const inspected = { store, object, facts, customerKey, pinnedAt, providerAheadMs };
  await refuseUnreadable(runtime, inspected);
  const { maxObjectBytes } = store.client.limits;
  if (facts.size > maxObjectBytes) {
    throw new CopyError('TooLarge', `The source has ${facts.size} bytes; the largest copy has ${maxObjectBytes}.`);
  }
  return inspected;
}

/**
 * How far the provider's clock is certainly ahead of ours, when it dated an answer that came between two moments of
 * ours; negative when it is behind. Lambda may freeze a handler for minutes between the answer and the next line: that
 * must not be taken for clocks that are apart.
 */
export function clockAheadMs(answeredAt: Date, { asked, now }: { readonly asked: Date; readonly now: Date }): number {
  const [dated, first, last] = [answeredAt.getTime(), asked.getTime(), now.getTime()];
  if (dated > last) return dated - last;
  return Math.min(0, dated - first);
}

/** Providers refuse a HEAD with the wrong customer key, or without one, as they refuse others, and give no reason. */
function namingTheKey(error: unknown, { sourceEncryption }: CopyOptions): unknown {
  if (!isUnseen(error)) return error;
  if (sourceEncryption !== undefined) {
    const hint = `Check that the source is encrypted with the customer key in the secret ${sourceEncryption.keySecret}: a wrong key is refused alike.`;
    return new CopyError(error.name, `${error.summary} ${hint}`, error.facts);
  }
  if (error.name === 'AccessDenied') return error;
  const hint = 'If the source is encrypted with a customer key, name its secret in options.sourceEncryption.';
  return new CopyError(error.name, `${error.summary} ${hint}`, error.facts);
}

function conditionsOf({ ifSource }: CopyOptions): SourceConditions | undefined {
  if (ifSource === undefined) return undefined;
  const { etag, noneEtag, modifiedSince, unmodifiedSince } = ifSource;
  return {
    ifMatch: etag,
    ifNoneMatch: noneEtag,
    ifModifiedSince: modifiedSince === undefined ? undefined : new Date(modifiedSince),
    ifUnmodifiedSince: unmodifiedSince === undefined ? undefined : new Date(unmodifiedSince),
  };
}

/**
 * An archived object is not readable, unless its bucket has real-time access to the archive switched on. Only a read
 * tells, so one byte is read before the copy is refused.
 */
async function refuseUnreadable(
  runtime: Runtime,
  { store, object, facts, customerKey }: InspectedSource,
): Promise<void> {
  if (facts.access === 'readable') return;
  const what = `The source is in storage class ${facts.storageClass ?? 'archive'}`;
  if (facts.access === 'restoring') {
    throw new CopyError(
      'SourceArchived',
      `${what} and its restore is not finished yet: wait for it, then start again.`,
    );
  }
  if (facts.size > 0) {
    try {
      const range = { offset: 0, length: 1 };
      await withRetry(runtime, () => store.client.getRange({ object, range, customerKey }));
      return;
    } catch (error) {
      if (!(error instanceof CopyError) || error.name !== 'SourceArchived') throw error;
      throw new CopyError('SourceArchived', `${what} and is not restored: restore first, then copy.`, error.facts);
    }
  }
  throw new CopyError('SourceArchived', `${what} and is not restored: restore first, then copy.`);
}
