import { type Estimate, estimate } from '../prices/estimate.ts';
import { pricesOf } from '../prices/tables.ts';
import { etagMayProve } from './boundaries.ts';
import { type PlanInput, plan, shapeOf } from './plan.ts';
import { partSizes } from './plan-sizes.ts';
import { DEFAULT_RATE, type Shape } from './plan-time.ts';
import { byteSpansOf, READ_BYTES } from './read-plan.ts';
import { planInputFor, type Strategy, type Undecided } from './strategy.ts';
import { commonChecksum } from './verify.ts';

/** A decided copy. */
export interface Decided extends Undecided {
  readonly decided: Strategy;
}

/** What a copy costs and how long it takes, and what it would with other parts. */
export interface CopyEstimate {
  readonly input: PlanInput;
  readonly chosen: Estimate;
  /** The next one that is faster, and so dearer; undefined when there is none. */
  readonly faster: Estimate | undefined;
  readonly cheaper: Estimate | undefined;
}

/** What another plan has to save to be worth a line: so much of the time and a second at least, or so much of the price. */
const WORTH_SAYING = { seconds: 0.05, dollars: 0.2 } as const;

/** Estimates what Initiate would do with this request, without a request of its own. */
export function estimateCopy(copy: Decided): CopyEstimate {
  const { decided } = copy;
  const input = planInputFor(copy, decided.sourcePartSize);
  if (decided.strategy === 'whole') {
    const { size } = input;
    const shape = { partSize: size, partCount: 1, spanCount: 1, inFlight: input.maxInFlight };
    return { input, chosen: estimateShape(copy, input, shape), faster: undefined, cheaper: undefined };
  }
  const chosen = estimateShape(copy, input, plan(input));
  const others = partSizes(input.size, input.limits, input.limits.maxPartBytes).map((partSize) =>
    estimateShape(copy, input, shapeOf(input, partSize)),
  );
  const { dollars, seconds } = chosen;
  return {
    input,
    chosen,
    faster: least(
      others.filter(
        (other) => seconds.expected - other.seconds.expected >= Math.max(1, seconds.expected * WORTH_SAYING.seconds),
      ),
      (other) => other.dollars.total,
    ),
    cheaper: least(
      others.filter((other) => other.dollars.total <= dollars.total * (1 - WORTH_SAYING.dollars)),
      (other) => other.seconds.expected,
    ),
  };
}

function estimateShape(copy: Decided, input: PlanInput, shape: Shape): Estimate {
  const { source, route, request, decided } = copy;
  const { strategy } = decided;
  const { overwrite, tags, acl } = request.options;
  const { tagCount } = source.facts;
  const { capabilities, limits } = route.destination.client;
  const { versionId } = source.object;
  const spans = readsBack(copy) ? byteSpansOf({ size: input.size, ...shape }) : [];
  return estimate({
    size: input.size,
    strategy,
    shape,
    rate: input.rate ?? DEFAULT_RATE,
    prices: input.prices ?? pricesOf(route.destination.provider.name),
    facts: {
      pageItems: limits.maxPageItems,
      overwrite,
      looksAtBoundaries: decided.looked === true,
      looksAgain: !capabilities.partConditionsProven && (versionId === undefined || versionId === 'null'),
      etagChanges: !etagMayProve(source, request.options),
      readsTags: tags === 'copy' && (tagCount === undefined ? source.store.client.capabilities.tags : tagCount > 0),
      givesTags: tags === 'copy' ? (tagCount ?? 0) > 0 : typeof tags === 'object' && Object.keys(tags).length > 0,
      readsAcl: acl !== undefined,
      readRanges: spans.reduce((sum, { length }) => sum + Math.ceil(length / READ_BYTES), 0),
    },
    readSpanCount: spans.length,
  });
}

/** Reading back is for copies that nothing else proves. */
function readsBack({ source, route, request: { options }, decided }: Decided): boolean {
  if (options.verify !== 'read' || source.facts.size === 0) return false;
  if (commonChecksum(source.facts.checksums, route.destination.client) !== undefined) return false;
  const equalEtag = decided.strategy === 'whole' ? etagMayProve(source, options) : decided.sourcePartSize !== undefined;
  return !equalEtag;
}

function least(items: readonly Estimate[], weightOf: (item: Estimate) => number): Estimate | undefined {
  return items.reduce<Estimate | undefined>(
    (best, next) => (best === undefined || weightOf(next) < weightOf(best) ? next : best),
    undefined,
  );
}
