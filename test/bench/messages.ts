import * as v from 'valibot';

/** What a role does with one message; rejects when the run failed. */
export type Answer = (message: unknown) => Promise<unknown>;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** One copy in parts, from `raw/key` to `archive/<key>` on a server of this machine. */
export const CopyTask = v.object({
  port: Count,
  key: v.string(),
  parts: Count,
  partSizeMiB: Count,
  inFlight: Count,
});
export type CopyTask = v.InferOutput<typeof CopyTask>;

/** What a client process spent on a copy. */
export const Cost = v.object({
  seconds: v.number(),
  /** User and system time of the whole process, its collector and compiler threads too. */
  cpuMs: v.number(),
  /** Peak minus start, sampled. */
  rssGrowthMiB: v.number(),
});
export type Cost = v.InferOutput<typeof Cost>;

/** What a copy through the whole machine spent. */
export const MachineCost = v.object({ ...Cost.entries, spans: Count, historyEvents: Count, largestStateBytes: Count });

/** To a server: start serving, tell what happened since the last time it was asked. */
export const ServerTask = v.variant('kind', [
  v.object({ kind: v.literal('serve'), latencyMs: Count, objectBytes: Count }),
  v.object({ kind: v.literal('take') }),
]);
export type ServerTask = v.InferOutput<typeof ServerTask>;

/** A server's answer to `serve`. */
export const Served = v.object({ port: Count });

/** A server's answer to `take`. */
export const Taken = v.object({
  cpuMs: v.number(),
  /** Different parts that were copied, and copies beyond the first of a part. */
  parts: Count,
  repeated: Count,
  bytes: Count,
  /** Part copies at the same time, at most. */
  peakInFlight: Count,
});
export type Taken = v.InferOutput<typeof Taken>;

/** How many signatures to make with each signer in one run. */
export const SigningTask = v.object({ signatures: Count });

/** Microseconds of CPU per signature. */
export const SigningCost = v.object({
  v4: v.object({ objectferry: v.number(), aliOss: v.number() }),
  v1: v.object({ objectferry: v.number(), aliOss: v.number() }),
});
