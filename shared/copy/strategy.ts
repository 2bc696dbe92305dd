import type { CopyOptions, CopyRequest } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { pricesOf } from '../prices/tables.ts';
import type { Runtime } from '../runtime.ts';
import { etagIsOnlyProof, etagMayProve, isComposite, sourcePartSize } from './boundaries.ts';
import { partsPay } from './crossover.ts';
import type { InspectedSource } from './inspect.ts';
import { partCopiesFind } from './part-source.ts';
import type { PlanInput } from './plan.ts';
import { rateOf } from './plan-time.ts';
import type { Route } from './route.ts';
import { isShallow, mayTryShallow } from './shallow-copy.ts';
import { commonChecksum } from './verify.ts';

/** How an object is going to be copied, and why so. */
export interface Strategy {
  readonly strategy: 'whole' | 'parts';
  /** Bytes of the source's parts, where they are to be kept. */
  readonly sourcePartSize?: number | undefined;
  /** True when the provider had to be asked for them. */
  readonly looked?: boolean | undefined;
  /** True where one request may do it at once although it is above the limit: parts only when it does not. */
  readonly shallowFirst?: boolean | undefined;
  /** The rest of a sentence that begins with "copied by one request" or "copied in parts". */
  readonly why: string;
}

/** What a decision is about. */
export interface Undecided {
  readonly source: InspectedSource;
  readonly route: Route;
  readonly request: CopyRequest;
}

/**
 * One request or parts. Parts where one request cannot, where the part boundaries of the source are the only proof, and
 * where they save at least ten seconds and half the time; but one request where it keeps a proof that parts would
 * lose, and where the provider copies inside a bucket without moving a byte.
 *
 * @throws CopyError SourceNotCopyable or Unsupported where neither can.
 */
export async function strategyFor(runtime: Runtime, undecided: Undecided): Promise<Strategy> {
  const { source, route, request } = undecided;
  const { facts } = source;
  const { options } = request;
  const { limits } = route.destination.client;
  const oneRequest = facts.size === 0 || (options.partSizeMiB === undefined && facts.size <= limits.maxCopyObjectBytes);
  refuseAppendable(undecided, oneRequest);
  const partsFindSource = partCopiesFind(route.destination.client, source.object.key);
  if (!partsFindSource) {
    if (oneRequest) return { strategy: 'whole', why: 'part copies of this store do not find a source of this key' };
    throw partsRefused(facts.size > limits.maxCopyObjectBytes);
  }
  if (oneRequest) return oneRequestOrParts(runtime, undecided);
  if (options.partSizeMiB !== undefined) return { strategy: 'parts', why: 'a part size was asked for' };
  return {
    strategy: 'parts',
    sourcePartSize: await sourcePartSize(runtime, source),
    looked: looksAtBoundaries(source),
    shallowFirst: mayTryShallow(undecided),
    why: `one request copies ${limits.maxCopyObjectBytes} bytes at most`,
  };
}

/** Everything but the size that a plan depends on. */
export function planInputFor({ source, route, request: { options } }: Undecided, kept?: number): PlanInput {
  const { config, client, provider } = route.destination;
  return {
    size: source.facts.size,
    limits: client.limits,
    partSizeMiB: options.partSizeMiB,
    sourcePartSize: kept,
    maxInFlight: mostInFlight(options, route),
    rate: rateOf(config.rate),
    prices: pricesOf(provider.name, config.prices),
    copiesAtOnce: options.copiesAtOnce,
    maxDollars: options.maxDollars,
  };
}

/** Requests that the whole copy may have in flight. */
export function mostInFlight(options: CopyOptions, { destination: { config } }: Pick<Route, 'destination'>): number {
  return Math.min(options.maxInFlight ?? config.maxInFlight, config.maxInFlight);
}

async function oneRequestOrParts(runtime: Runtime, undecided: Undecided): Promise<Strategy> {
  const { source, route, request } = undecided;
  const { facts } = source;
  const { destination } = route;
  if (facts.size === 0) return { strategy: 'whole', why: 'there is nothing to cut' };
  if (facts.type === 'appendable') return { strategy: 'whole', why: 'an appendable object cannot be copied in parts' };
  if (etagIsOnlyProof(source, destination, request.options)) {
    // Only where the store really tells the boundaries is it worth more than one request.
    const kept = await sourcePartSize(runtime, source);
    const why = 'an equal ETag is the only proof there can be, and equal parts make an equal ETag';
    if (kept !== undefined) return { strategy: 'parts', sourcePartSize: kept, looked: true, why };
  }
  if (isShallow(undecided)) return { strategy: 'whole', why: 'inside one bucket no byte has to move' };
  if (losesProof(undecided)) {
    return { strategy: 'whole', why: 'an equal ETag is the only proof there can be, and parts would change it' };
  }
  return partsPay(planInputFor(undecided))
    ? { strategy: 'parts', why: 'that takes less than half the time' }
    : { strategy: 'whole', why: 'parts would save too little' };
}

/** An object that was put in one request has the MD5 of its bytes as ETag, which a copy in parts has not. */
function losesProof({ source, route, request }: Undecided): boolean {
  const { checksums } = source.facts;
  return etagMayProve(source, request.options) && commonChecksum(checksums, route.destination.client) === undefined;
}

function looksAtBoundaries({ store, facts }: InspectedSource): boolean {
  return store.client.firstPartSize !== undefined && isComposite(facts.etag);
}

function refuseAppendable({ source: { facts }, route: { destination } }: Undecided, oneRequest: boolean): void {
  if (facts.type !== 'appendable') return;
  if (destination.client.capabilities.appendable === 'oneRequest' && oneRequest) return;
  throw new CopyError(
    'SourceNotCopyable',
    `The source is an appendable object of ${facts.size} bytes, which ${destination.provider.name} cannot copy in parts.`,
  );
}

function partsRefused(isTooLarge: boolean): CopyError {
  const next = isTooLarge
    ? 'it is too large for one request, so give it another key first'
    : 'leave options.partSizeMiB out, and it is copied by one request';
  return new CopyError(
    'Unsupported',
    `The key of the source has a % or ?versionId= in it, with which this store does not find it when it copies parts: ${next}.`,
  );
}
