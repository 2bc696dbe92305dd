import { Chance } from './chance.ts';
import { VARIANTS } from './variants.ts';

const MIB = 1024 * 1024;
/** Reading back is the one thing here that costs what it moves. */
const READ_BACK_BYTES = 6 * MIB;

/** What the provider and the network are like. */
interface Weather {
  /** How often a request goes wrong. */
  readonly faults: number;
  /** At most so many times in a row for the same operation on the same part. */
  readonly inARow: number;
  /** How often a request that timed out is carried out later. */
  readonly late: number;
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
  /** For so long, from the given request on, everything is refused. */
  readonly outage: { readonly fromRequest: number; readonly ms: number } | undefined;
  /** One operation that never works. */
  readonly broken: { readonly operation: string; readonly how: 403 | 504 | 'short parts' } | undefined;
}

/** What somebody else does, and before which request. */
interface Change {
  readonly atRequest: number;
  readonly kind: ChangeKind;
}

const CHANGES = [
  'source replaced by as many bytes',
  'source replaced by more bytes',
  'source written again with the same bytes',
  'source deleted',
  'source archived',
  'destination written by somebody else',
  'destination deleted',
  'upload aborted by somebody else',
  'part replaced by somebody else',
  'short part put by somebody else',
  'upload opened by somebody else',
  'credentials rotated',
  'destination bucket gone',
  'permission withdrawn',
] as const;
export type ChangeKind = (typeof CHANGES)[number];

/** Everything that a seed decides beforehand. */
export interface Scenario {
  readonly seed: number;
  readonly variant: string;
  readonly versioning: { readonly source: Versioning; readonly destination: Versioning };
  readonly size: number;
  /** The source was written in parts of so many bytes. */
  readonly sourceParts: number | undefined;
  readonly sourceVersionNamed: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  /** What stands at the destination before. */
  readonly destination: 'nothing' | 'the same content' | 'other content';
  readonly weather: Weather;
  readonly changes: readonly Change[];
  /** How often an invocation dies, freezes, or runs twice. */
  readonly deaths: number;
  /** The execution is stopped before this request. */
  readonly stopAtRequest: number | undefined;
  /** The execution's own time. */
  readonly machineSeconds: number | undefined;
  readonly redrives: number;
  /** The provider loses bytes of a part and does not know it, as its checksum shows. */
  readonly rots: boolean;
  /** The answer to the first request that writes the destination is lost. */
  readonly losesWrite: boolean;
  /** Whoever runs the machine knows which invocation of a task is the first one, as on one's own machine. */
  readonly knowsFirst: boolean;
  /** How far the provider's clock is ahead of ours. */
  readonly clockAheadMs: number;
  /** Nothing but a few faults that pass: such a copy has to succeed. */
  readonly calm: boolean;
}

type Versioning = 'never' | 'enabled' | 'suspended';

/** What happens in the world of a seed. */
export function scenarioOf(seed: number): Scenario {
  const chance = new Chance(seed);
  const variant = chance.pick(['oss', 'obs', 'qingstor', 'amazon', 'gateway', 'clone']);
  const { size, partSizeMiB, partCount } = measures(chance, variant);
  const requests = partCount + 8;
  const calm = chance.yes(0.25);
  return {
    seed,
    variant,
    versioning: { source: versioning(chance), destination: versioning(chance) },
    size,
    sourceParts: chance.yes(0.2) && size > 2 * MIB ? Math.ceil(size / chance.from(2, 5)) : undefined,
    sourceVersionNamed: chance.yes(0.1),
    options: optionsOf(chance, { variant, partSizeMiB, size }),
    destination: chance.pick(['nothing', 'nothing', 'nothing', 'the same content', 'other content']),
    weather: weatherOf(chance, calm, requests),
    redrives: chance.yes(0.7) ? chance.from(1, 2) : 0,
    // By a chance of its own, so that nothing else of a seed depends on it.
    losesWrite: new Chance(seed + 0.25).yes(0.05),
    knowsFirst: new Chance(seed + 0.75).yes(0.5),
    clockAheadMs: chance.yes(0.15) ? chance.pick([-1, 1]) * chance.magnitude(100, 300_000) : 0,
    calm,
    ...(calm ? PEACE : troubles(chance, requests)),
  };
}

type Troubles = Pick<Scenario, 'changes' | 'deaths' | 'rots' | 'stopAtRequest' | 'machineSeconds'>;

const PEACE: Troubles = { changes: [], deaths: 0, rots: false, stopAtRequest: undefined, machineSeconds: undefined };

function troubles(chance: Chance, requests: number): Troubles {
  return {
    changes: changesOf(chance, requests),
    deaths: chance.yes(0.4) ? 0 : chance.pick([0.05, 0.15, 0.4]),
    rots: chance.yes(0.05),
    stopAtRequest: chance.yes(0.15) ? chance.from(1, requests) : undefined,
    machineSeconds: chance.yes(0.06) ? chance.magnitude(1, 600) : undefined,
  };
}

/** Bytes, and the parts that they are copied in: 0 for one request. */
function measures(chance: Chance, variant: string) {
  if (chance.yes(0.2)) {
    const size = chance.yes(0.15) ? 0 : chance.magnitude(1, 900 * MIB);
    return { size, partSizeMiB: undefined, partCount: 0 };
  }
  const partSizeMiB = partSize(chance, variant);
  const partCount = chance.yes(0.1) ? 1 : chance.from(2, chance.yes(0.2) ? 40 : 12);
  const size = (partCount - 1) * partSizeMiB * MIB + chance.from(1, partSizeMiB * MIB);
  return { size, partSizeMiB, partCount };
}

function partSize(chance: Chance, variant: string): number {
  const smallest = VARIANTS[variant]?.partSizeMiB ?? 5;
  // Large ones take a while, so that spans run out of time and come in more than one.
  return chance.yes(0.15) ? chance.pick([1024, 4096, 5120]) : smallest * chance.pick([1, 1, 2, 10]);
}

function versioning(chance: Chance): Versioning {
  return chance.pick(['never', 'never', 'enabled', 'suspended']);
}

function optionsOf(
  chance: Chance,
  { variant, partSizeMiB, size }: { variant: string; partSizeMiB: number | undefined; size: number },
): Scenario['options'] {
  const customer = VARIANTS[variant]?.customerKeys === true && chance.yes(0.1);
  return {
    ...(partSizeMiB === undefined || size === 0 ? {} : { partSizeMiB }),
    ...(chance.yes(0.5) ? { maxInFlight: chance.pick([1, 2, 4, 8, 512]) } : {}),
    overwrite: chance.pick(['always', 'always', 'never', 'ifDifferent']),
    token: !chance.yes(0.2),
    onFailure: chance.yes(0.25) ? 'keep' : 'abort',
    requireChecksum: chance.yes(0.05),
    ...(size < READ_BACK_BYTES && chance.yes(0.2) ? { verify: 'read' } : {}),
    ...(customer ? { encryption: { kind: 'customer', keySecret: 'customer-key' } } : {}),
  };
}

function weatherOf(chance: Chance, calm: boolean, requests: number): Weather {
  const outage = { fromRequest: chance.from(1, requests), ms: chance.magnitude(1_000, calm ? 20_000 : 3_000_000) };
  const operation = chance.pick(['HeadObject', 'UploadPartCopy', 'ListParts', 'CopyObject', 'AbortMultipartUpload']);
  const how = chance.pick([403, 504, 'short parts']);
  return {
    faults: chance.pick(calm ? [0, 0.05, 0.2] : [0, 0.02, 0.1, 0.3, 0.5]),
    inARow: calm ? 2 : chance.pick([3, 8, 30]),
    late: calm ? 0 : chance.pick([0, 0.3]),
    latencyMs: chance.magnitude(5, 500),
    bytesPerSecond: chance.magnitude(30_000_000, 800_000_000),
    outage: chance.yes(0.08) ? outage : undefined,
    broken:
      !calm && chance.yes(0.08) ? { operation: how === 'short parts' ? 'UploadPartCopy' : operation, how } : undefined,
  };
}

function changesOf(chance: Chance, requests: number): Change[] {
  const count = chance.pick([0, 0, 1, 1, 2, 3]);
  return Array.from(
    { length: count },
    (): Change => ({
      // Anywhere, or when all is about to be completed.
      atRequest: chance.yes(0.6) ? chance.from(1, requests + 4) : chance.from(Math.max(1, requests - 6), requests - 1),
      // What would be worst comes most often.
      kind: chance.yes(0.5) ? chance.pick(WORST) : chance.pick(CHANGES),
    }),
  ).sort((a, b) => a.atRequest - b.atRequest);
}

const WORST = [
  'source replaced by as many bytes',
  'source replaced by as many bytes',
  'part replaced by somebody else',
  'destination written by somebody else',
] as const;
