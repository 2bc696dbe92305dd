import { type CopyOptions, CopyRequest, type PinnedCopy, type Step } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ObjectFacts } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { parse } from '../schema.ts';
import type { OpenStore } from '../stores.ts';
import { etagMayProve } from './boundaries.ts';
import { refuseOverBudget } from './budget.ts';
import { createUpload } from './create-upload.ts';
import { type InspectedSource, inspectSource } from './inspect.ts';
import { type MadeObject, newObjectFor, refuseHiddenMetadata } from './new-object.ts';
import { stateOf } from './object-state.ts';
import { plan, spansOf } from './plan.ts';
import { addTally, EMPTY_PROGRESS } from './progress.ts';
import { skippedReceipt } from './receipt.ts';
import { type Route, routeOf } from './route.ts';
import { lookBeforeWriting } from './settle.ts';
import { tryShallowCopy } from './shallow-copy.ts';
import { spareNumbers } from './spare-numbers.ts';
import { mostInFlight, planInputFor, strategyFor } from './strategy.ts';
import { tallied } from './tally.ts';
import { areSameBytes, commonChecksum } from './verify.ts';

/** A first invocation comes this far in so much time; to look once more than needed costs one request. */
const FIRST_INVOCATION_MS = 2_000;

/**
 * Decides everything about a copy: pins the source, refuses early what cannot work, plans, and opens the upload.
 *
 * @throws CopyError any name; nothing has been left behind then, or Abort finds it.
 */
export async function initiate(
  outer: Runtime,
  { request: raw, startedAt }: { readonly request: unknown; readonly startedAt: string },
): Promise<Step> {
  const { runtime, tally } = tallied(outer);
  const request = parse(CopyRequest, raw, 'The copy request');
  const route = routeOf(runtime, request);
  const source = await inspectSource(runtime, request);
  const kept = await existingDestination(runtime, route, request, source.facts);
  if (kept !== undefined)
    return { strategy: 'finished', receipt: skippedReceipt(runtime, request, source, kept, startedAt) };
  const token = request.options.token ? runtime.newToken() : undefined;
  refuseHiddenMetadata(source.facts, request.options);
  const decided = await strategyFor(runtime, { source, route, request });
  const copy = pin(request, source, token, startedAt);
  if (decided.strategy === 'parts' || !etagMayProve(source, request.options)) refuseUnprovable(copy, route.destination);
  refuseOverBudget({ source, route, request, decided });
  const made = await newObjectFor(runtime, {
    source,
    destination: route.destination,
    options: request.options,
    token,
  });
  const whole = (): Step => {
    const inFlight = mostInFlight(request.options, route);
    return planned(runtime, { strategy: 'whole', copy: { ...copy, inFlight, ...stateOf(made, copy) } });
  };
  if (decided.strategy === 'whole') return whole();
  const { destination } = route;
  // CopyWhole finds it by its token, and proves it like any other.
  if (decided.shallowFirst && (await tryShallowCopy(runtime, { copy, object: made.object, destination })))
    return whole();
  const parts = await openParts(runtime, {
    request,
    route,
    source,
    copy,
    made,
    sourcePartSize: decided.sourcePartSize,
  });
  return planned(runtime, { ...parts, done: addTally(EMPTY_PROGRESS, tally()) });
}

/** @returns the destination's facts when it holds the same content already and is to be kept. */
async function existingDestination(
  runtime: Runtime,
  { destination }: Route,
  { destination: { bucket, key }, options }: CopyRequest,
  source: ObjectFacts,
): Promise<ObjectFacts | undefined> {
  const { overwrite } = options;
  if (overwrite === 'always' || (overwrite === 'ifDifferent' && asksForMore(options))) return undefined;
  const facts = await lookBeforeWriting(runtime, destination.client, { destination: { bucket, key }, options });
  if (facts === undefined) return undefined;
  if (overwrite === 'never') {
    throw new CopyError(
      'DestinationExists',
      `The destination ${bucket}/${key} exists, and options.overwrite is "never".`,
    );
  }
  return isSameContent(source, facts) ? facts : undefined;
}

/** Hours of copying must not end with the news that there never was a checksum to compare with. */
function refuseUnprovable({ options, checksums }: PinnedCopy, { client }: OpenStore): void {
  if (!options.requireChecksum || options.verify === 'read' || commonChecksum(checksums, client) !== undefined) return;
  throw new CopyError(
    'Unsupported',
    'options.requireChecksum is true, but the source has no checksum that the destination has, too: leave it out, or have both sides read back with options.verify "read".',
  );
}

/** The same content is not enough when the destination is to look different from what a plain copy makes of it. */
function asksForMore({ acl, encryption, metadata, storageClass, tags }: CopyOptions): boolean {
  return (
    [acl, encryption, storageClass].some((option) => option !== undefined) || metadata !== 'copy' || tags !== 'copy'
  );
}

/** Equal only when something proves it: sizes alone prove nothing. */
function isSameContent(source: ObjectFacts, destination: ObjectFacts): boolean {
  return source.size === destination.size && areSameBytes(source.checksums, destination.checksums);
}

function pin(
  request: CopyRequest,
  { facts, object, pinnedAt }: InspectedSource,
  token: string | undefined,
  startedAt: string,
): PinnedCopy {
  const { overwrite, acl, encryption, sourceEncryption, onFailure, requireChecksum, verify } = request.options;
  return {
    source: { store: request.source.store, ...object },
    destination: request.destination,
    size: facts.size,
    etag: facts.etag,
    lastModified: facts.lastModified.toISOString(),
    checksums: facts.checksums,
    partSize: facts.size,
    partCount: 1,
    spanCount: 1,
    token,
    inFlight: 1,
    startedAt,
    pinnedAt: pinnedAt.toISOString(),
    options: { overwrite, acl, encryption, sourceEncryption, onFailure, requireChecksum, verify },
  };
}

async function openParts(
  runtime: Runtime,
  {
    request,
    route,
    source,
    copy,
    made: { object, tagCount, given },
    sourcePartSize,
  }: {
    readonly request: CopyRequest;
    readonly route: Route;
    readonly source: InspectedSource;
    readonly copy: PinnedCopy;
    readonly made: MadeObject;
    readonly sourcePartSize: number | undefined;
  },
): Promise<Pick<Extract<Step, { strategy: 'parts' }>, 'strategy' | 'copy' | 'spans'>> {
  const parts = plan(planInputFor({ source, route, request }, sourcePartSize));
  const { bucket, key } = request.destination;
  const { uploadId } = await createUpload(
    runtime,
    route.destination.client,
    { bucket, key, object },
    { providerAheadMs: source.providerAheadMs, mayBeOpenSince: earlierInvocation(runtime, copy) },
  );
  return {
    strategy: 'parts',
    copy: {
      ...copy,
      ...parts,
      ...spareNumbers(route.destination.client, parts, { object, sourcePartSize }),
      uploadId,
      tagCount,
      given,
    },
    spans: spansOf(parts),
  };
}

/**
 * When an invocation of this same Initiate may have begun that died after it had opened an upload; undefined when this
 * is the first one. The machine tells nobody which attempt it is, but it begins the first one at once.
 */
function earlierInvocation({ clock }: Runtime, { startedAt }: PinnedCopy): Date | undefined {
  const begun = new Date(startedAt);
  return clock.now().getTime() - begun.getTime() > FIRST_INVOCATION_MS ? begun : undefined;
}

function planned(runtime: Runtime, step: Extract<Step, { strategy: 'whole' | 'parts' }>): Step {
  const { size, partSize, partCount, spanCount } = step.copy;
  runtime.observe({ type: 'planned', strategy: step.strategy, size, partSize, partCount, spanCount });
  return step;
}
