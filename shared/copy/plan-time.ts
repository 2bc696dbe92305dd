import type { RateConfig } from '../provider/provider.ts';

const MIB = 1024 * 1024;

/** What the time of one copying request is made of. */
export interface Rate {
  /** Passes before a byte is copied. */
  readonly secondsPerRequest: number;
  /** Of one request, inside the provider. */
  readonly bytesPerSecond: number;
}

/** What providers were seen to do at worst: published copies make 60 to 100 MB/s of one request. */
export const DEFAULT_RATE: Rate = { secondsPerRequest: 0.15, bytesPerSecond: 40_000_000 };

/**
 * What the machine itself takes, in seconds: two states with a cold start each for one request, and two more, the
 * spans and Complete, for parts.
 */
const MACHINE_SECONDS = { whole: 2, parts: 4 } as const;

/** How a copy in parts is cut and dealt out. */
export interface Shape {
  /** Bytes of every part but the last. */
  readonly partSize: number;
  readonly partCount: number;
  readonly spanCount: number;
  /** Requests that each span keeps in flight. */
  readonly inFlight: number;
}

/** A range of time, in seconds. */
export interface Seconds {
  /** Every request takes as long as the others. */
  readonly best: number;
  /** They do not, so that the last one to begin runs alone. */
  readonly expected: number;
}

/** The rate of a store: as measured and configured, or as providers were seen. */
export function rateOf(config: RateConfig | undefined): Rate {
  const { secondsPerRequest, mibPerSecond } = config ?? {};
  return {
    secondsPerRequest: secondsPerRequest ?? DEFAULT_RATE.secondsPerRequest,
    bytesPerSecond: mibPerSecond === undefined ? DEFAULT_RATE.bytesPerSecond : mibPerSecond * MIB,
  };
}

/** How long one request copies so many bytes, in seconds. */
export function requestSeconds(bytes: number, { secondsPerRequest, bytesPerSecond }: Rate): number {
  return secondsPerRequest + bytes / bytesPerSecond;
}

/** How long the parts take: waves of requests at best, and as expected one request more than what the work divides to. */
export function partsSeconds(size: number, { partSize, partCount, spanCount, inFlight }: Shape, rate: Rate): Seconds {
  const seconds = requestSeconds(Math.min(size, partSize), rate);
  const atOnce = Math.max(1, spanCount * inFlight);
  return { best: Math.ceil(partCount / atOnce) * seconds, expected: (partCount / atOnce + 1) * seconds };
}

/** The whole copy by one request, with what the machine takes. */
export function wholeCopySeconds(size: number, rate: Rate): Seconds {
  const seconds = MACHINE_SECONDS.whole + requestSeconds(size, rate);
  return { best: seconds, expected: seconds };
}

/** The whole copy in parts, with what the machine takes. How long a provider joins the parts is not known. */
export function partsCopySeconds(size: number, shape: Shape, rate: Rate): Seconds {
  const { best, expected } = partsSeconds(size, shape, rate);
  return { best: MACHINE_SECONDS.parts + best, expected: MACHINE_SECONDS.parts + expected };
}
