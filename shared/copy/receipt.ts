import type { Carried, Check, CopyRequest, PinnedCopy, Progress, Receipt } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { bareEtag, provenEtag, sameEtag } from '../etag.ts';
import type { Checksums, ObjectFacts, ReportedEncryption, WrittenObject } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { compareCarried } from './carried.ts';
import { plainAspects } from './carried-given.ts';
import type { InspectedSource } from './inspect.ts';
import { EMPTY_PROGRESS } from './progress.ts';
import { compare, compareChecksums } from './verify.ts';

export interface ReceiptInput {
  readonly strategy: 'whole' | 'parts';
  readonly copy: PinnedCopy;
  /** What the completing request answered. */
  readonly written: WrittenObject;
  /** What HEAD says of the destination; undefined when somebody else has replaced it since. */
  readonly facts: ObjectFacts | undefined;
  readonly progress: Progress;
  /** Parts that were copied in two halves; undefined for none. */
  readonly splitParts?: number | undefined;
  /** Checks that were made before the object was completed. */
  readonly before: readonly Check[];
  /** Undefined where nobody knows any more what the destination was given. */
  readonly carried: readonly Carried[] | undefined;
}

/**
 * Compares what was written with what was pinned.
 *
 * @throws CopyError ChecksumMismatch when any check differs, or is missing although it was required; Unsupported when
 * the provider did not encrypt as asked.
 */
export function proveCopy(
  runtime: Runtime,
  { strategy, copy, written, facts, progress, splitParts, before, carried }: ReceiptInput,
): Receipt {
  const checksums: Checksums = { ...facts?.checksums, ...written.checksums };
  const etag = provenEtag(written.etag) ?? facts?.etag;
  const checks = [
    compare('size', String(copy.size), facts === undefined ? undefined : String(facts.size)),
    ...before,
    ...compareChecksums(copy.checksums, checksums),
    compareEtags(copy.etag, etag),
  ];
  refuseDifference(checks, copy);
  const encryption = written.encryption ?? facts?.encryption;
  if (facts !== undefined) refuseOtherEncryption(copy, encryption);
  const versionId = written.versionId ?? facts?.versionId;
  return {
    source: { ...copy.source, etag: copy.etag },
    destination: { ...copy.destination, versionId, etag, encryption },
    size: copy.size,
    strategy,
    ...(strategy === 'parts' ? { partSize: copy.partSize, partCount: copy.partCount, spans: copy.spanCount } : {}),
    ...(splitParts === undefined ? {} : { splitParts }),
    adopted: progress.adopted,
    retries: progress.retries,
    throttles: progress.throttles,
    seconds: secondsSince(runtime, copy.startedAt),
    checks,
    ...(carried === undefined ? {} : { carried: [...carried] }),
  };
}

/** The receipt of a copy that was not needed, because the destination holds the same content already. */
export function skippedReceipt(
  runtime: Runtime,
  { destination, options }: Pick<CopyRequest, 'destination' | 'options'>,
  source: InspectedSource,
  facts: ObjectFacts,
  startedAt: string,
): Receipt {
  const { adopted, retries, throttles } = EMPTY_PROGRESS;
  return {
    source: { store: source.store.name, ...source.object, etag: source.facts.etag },
    destination: { ...destination, versionId: facts.versionId, etag: facts.etag, encryption: facts.encryption },
    size: facts.size,
    strategy: 'skip',
    adopted,
    retries,
    throttles,
    seconds: secondsSince(runtime, startedAt),
    checks: [
      compare('size', String(source.facts.size), String(facts.size)),
      ...compareChecksums(source.facts.checksums, facts.checksums),
      compareEtags(source.facts.etag, facts.etag),
    ],
    carried: leftAsItIs(source, facts, options),
  };
}

/** Content alone decides whether a copy is needed, so that everything else may be another: it is said, not changed. */
function leftAsItIs(source: InspectedSource, facts: ObjectFacts, options: CopyRequest['options']): Carried[] {
  const given = plainAspects(source.facts, source.store.client.capabilities, options);
  const note = 'the destination was left as it is';
  return compareCarried(given, { facts, tags: undefined, acl: undefined, byCustomer: false }).map((entry) =>
    entry.result === 'equal' || entry.result === 'added' ? entry : { ...entry, result: 'notCarried', note },
  );
}

/**
 * Equal ETags prove equal content, but unequal ones prove nothing: they depend on part boundaries and encryption, and
 * are opaque. So this check is `equal` or `unavailable`, never `different`.
 */
function compareEtags(source: string, destination: string | undefined): Check {
  const check = compare(
    'etag',
    bareEtag(source),
    destination === undefined ? undefined : bareEtag(destination),
    sameEtag,
  );
  return check.result === 'different' ? { ...check, result: 'unavailable' } : check;
}

/**
 * @throws CopyError Unsupported when the object is written, but encrypted otherwise than asked: not at all, or with
 * another key.
 */
function refuseOtherEncryption(
  { options: { encryption: asked } }: PinnedCopy,
  stored: ReportedEncryption | undefined,
): void {
  if (asked === undefined) return;
  const key = asked.kind === 'kms' ? asked.keyId : undefined;
  const kind = asked.kind !== 'kms' || /kms/i.test(stored?.algorithm ?? '');
  if (stored !== undefined && kind && mayBeSameKey(key, stored.keyId)) return;
  const found = stored === undefined ? 'no encryption' : [stored.algorithm, stored.keyId].join(' ').trim();
  throw new CopyError(
    'Unsupported',
    `The destination was written with ${found}, but options.encryption asks for ${[asked.kind, key].join(' ').trim()}.`,
  );
}

/**
 * False only for two names that certainly mean two keys. Providers report a bare id in a longer form (an ARN, region and
 * domain), whose last segment it is; which key an alias stands for only they know.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
 */
function mayBeSameKey(asked: string | undefined, stored: string | undefined): boolean {
  if (asked === undefined || stored === undefined || /(?:^|:)alias\//.test(asked)) return true;
  return bareKeyId(asked) === bareKeyId(stored);
}

function bareKeyId(key: string): string | undefined {
  return key.toLowerCase().split(/[:/]/).at(-1);
}

function refuseDifference(checks: readonly Check[], { size, options, destination }: PinnedCopy): void {
  const bad = checks.find(({ result }) => result === 'different');
  if (bad !== undefined) {
    throw new CopyError(
      'ChecksumMismatch',
      `The destination ${destination.bucket}/${destination.key} is not a copy of the source: ${bad.name} is ${bad.destination}, expected ${bad.source}.`,
    );
  }
  const proven = checks.some(({ name, result }) => result === 'equal' && isContentProof(name));
  // Of no bytes nothing can be read back.
  const willBeRead = options.verify === 'read' && size > 0;
  if (options.requireChecksum && !proven && !willBeRead) {
    throw new CopyError(
      'Unsupported',
      `${destination.bucket}/${destination.key} was written, but options.requireChecksum is true and the provider has no checksum of both sides to compare: options.verify "read" compares the bytes.`,
    );
  }
}

/** True for the checks that say something about every byte. */
export function isContentProof(name: Check['name']): boolean {
  return !['size', 'parts', 'sourceUnchanged', 'tags'].includes(name);
}

/** How long a copy has taken until now. */
export function secondsSince({ clock }: Runtime, startedAt: string): number {
  return Math.round(clock.now().getTime() - Date.parse(startedAt)) / 1000;
}
