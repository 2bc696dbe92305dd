import { CopyError } from '@objectferry/shared/errors.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import {
  cleanUpEnded,
  type EndedCopies,
  type Machine,
  placeOf,
  type RunningCopies,
  runningCopies,
} from './ended-copies.ts';
import { createLeftovers, type Leftovers } from './leftover-uploads.ts';
import { type Bucket, type BucketReport, type MayRemove, sweepBucket } from './open-uploads.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A sweep that failed, and one more, are caught up with by the next. */
const DAYS = 3;
/** So long can an execution be redriven, and so long is what it keeps protected. */
const REDRIVABLE_DAYS = 14;
/** The part of the time that is kept for the buckets. */
const FOR_BUCKETS = 0.5;
/** An upload younger than this may belong to a copy that began after the running ones were listed. */
const YOUNGEST_HOURS = 1;
/** Time to stop, in milliseconds. */
const STOP_MS = 60_000;

/** What a sweep works on. */
export interface SweepParts extends Machine {
  readonly stores: StoreConfigs;
  /** Age in hours from which uploads are removed that nobody here opened; undefined: never. */
  readonly unknownOlderThanHours: number | undefined;
}

/** What a sweep did and saw. */
export interface SweepReport extends Pick<EndedCopies, 'executions' | 'failures'> {
  /** Uploads that were removed, by store. */
  readonly swept: ReadonlyMap<string, number>;
  readonly buckets: readonly BucketReport[];
  /** Buckets that could not be looked into, with the reason. */
  readonly refused: readonly (Bucket & { readonly reason: string })[];
  /** False: the next sweep goes on. */
  readonly complete: boolean;
}

/**
 * Cleans up after executions that ended without a receipt, then counts the open uploads of every bucket that is known
 * and removes the empty ones that copies of ours have left. Uploads of copies that run, and those that are kept on
 * request, are never touched.
 */
export async function sweepUploads(runtime: Runtime, parts: SweepParts): Promise<SweepReport> {
  const removes = parts.unknownOlderThanHours !== undefined;
  // Looked at before and after: an execution that fails or is redriven meanwhile stands in one of the lists.
  const before = removes ? await runningOrWhyNot(parts) : undefined;
  const ended = await cleanUpEnded(runtime, parts, {
    days: removes ? REDRIVABLE_DAYS : DAYS,
    untilMs: runtime.remainingMs() * FOR_BUCKETS,
  });
  const mayRemove = await removal(runtime, parts, ended, before);
  const buckets = bucketsOf(runtime, parts.stores, ended.buckets);
  const leftovers = createLeftovers(runtime, parts);
  const { reports, refused } = await sweepBuckets(runtime, buckets, { mayRemove, leftovers });
  const swept = new Map(ended.swept);
  for (const { store, removed } of reports) {
    if (removed > 0) swept.set(store, (swept.get(store) ?? 0) + removed);
  }
  const { executions } = ended;
  const failures = [...ended.failures, ...leftovers.failures];
  const all = reports.length + refused.length === buckets.length && reports.every(({ complete }) => complete);
  return {
    executions,
    failures,
    swept,
    buckets: reports,
    refused,
    complete: ended.complete && leftovers.complete() && all,
  };
}

async function sweepBuckets(
  runtime: Runtime,
  buckets: readonly Bucket[],
  { mayRemove, leftovers }: { readonly mayRemove: MayRemove | undefined; readonly leftovers: Leftovers },
) {
  const reports: BucketReport[] = [];
  const refused: (Bucket & { readonly reason: string })[] = [];
  for (const bucket of buckets) {
    if (runtime.remainingMs() < STOP_MS) break;
    try {
      reports.push(await sweepBucket(runtime, bucket, { mayRemove, removeEmpty: leftovers.remove }));
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      refused.push({ ...bucket, reason: `${error.name}: ${error.message}` });
    }
  }
  return { reports, refused };
}

/** Nothing is removed unless it is known what must stay. */
async function removal(
  runtime: Runtime,
  { unknownOlderThanHours, ...machine }: SweepParts,
  { kept, complete, failures }: EndedCopies,
  before: RunningCopies | Error | undefined,
): Promise<MayRemove | undefined> {
  if (unknownOlderThanHours === undefined || !complete || failures.length > 0) return undefined;
  const running = before instanceof Error ? before : await runningOrWhyNot(machine, before);
  if (running instanceof Error) {
    failures.push({ executionArn: machine.machineArn, reason: `Its running copies are not known: ${running}` });
    return undefined;
  }
  // By the key and not by the upload: what runs may just be opening one.
  const places = new Set(running.values());
  const oldest = runtime.clock.now().getTime() - Math.max(YOUNGEST_HOURS, unknownOlderThanHours) * HOUR_MS;
  return ({ uploadId, key, initiated }, bucket) =>
    initiated.getTime() < oldest && !kept.has(uploadId) && !places.has(placeOf({ bucket, key }));
}

async function runningOrWhyNot(machine: Machine, known?: RunningCopies): Promise<RunningCopies | Error> {
  try {
    return await runningCopies(machine, known);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/**
 * Buckets that a store names in full, and those that copies went to; a pattern names none. Each day begins with
 * another one, so that a sweep that does not come to its end leaves out others than the day before.
 */
function bucketsOf({ clock }: Runtime, stores: StoreConfigs, seen: readonly Bucket[]): Bucket[] {
  const named = Object.entries(stores).flatMap(([store, { buckets }]) =>
    buckets.filter((pattern) => !pattern.endsWith('*')).map((bucket) => ({ store, bucket })),
  );
  const all = [...named, ...seen].map(({ store, bucket }) => [`${store}/${bucket}`, { store, bucket }] as const);
  const buckets = [...new Map(all).values()];
  const first = Math.floor(clock.now().getTime() / DAY_MS) % Math.max(1, buckets.length);
  return [...buckets.slice(first), ...buckets.slice(0, first)];
}
