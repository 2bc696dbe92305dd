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
  /** By which provider Objectferry speaks; the peers know one each. */
  provider: v.optional(v.picklist(['s3', 'oss']), 's3'),
  /** Sockets that a client may hold; its own default if not given. */
  sockets: v.optional(Count),
  /** Spans that the plan has to have, or one for every 128 parts where these are fewer. */
  spans: v.optional(Count),
  /** Where packages are that the project does not depend on. */
  peerFolder: v.optional(v.string()),
});
export type CopyTask = v.InferOutput<typeof CopyTask>;

/** What a client process spent on a copy. */
export const Cost = v.object({
  seconds: v.number(),
  /** User and system time of the whole process, its collector and compiler threads too. */
  cpuMs: v.number(),
  /** Before the copy, and its sampled peak. */
  rssStartMiB: v.number(),
  rssPeakMiB: v.number(),
  rssGrowthMiB: v.number(),
});
export type Cost = v.InferOutput<typeof Cost>;

/** What a copy through the whole machine spent. */
export const MachineCost = v.object({ ...Cost.entries, spans: Count, historyEvents: Count, largestStateBytes: Count });

/** To a server: start serving, tell what happened since the last time it was asked. */
export const ServerTask = v.variant('kind', [
  v.object({
    kind: v.literal('serve'),
    latencyMs: Count,
    objectBytes: Count,
    /** True: a signature that is wrong or missing is refused, as the emulators refuse it. */
    verify: v.optional(v.boolean(), false),
  }),
  v.object({ kind: v.literal('take') }),
]);
export type ServerTask = v.InferOutput<typeof ServerTask>;

/** A server's answer to `serve`. */
export const Served = v.object({ port: Count });

/** A server's answer to `take`. */
export const Taken = v.object({
  cpuMs: v.number(),
  /** Requests of every kind. */
  requests: Count,
  /** Different parts that were copied, and copies beyond the first of a part, which are a client's retries. */
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

/** Many whole objects, from one prefix of a bucket to another bucket, on a real S3 server. */
export const ObjectsTask = v.object({
  endpoint: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  from: v.object({ bucket: v.string(), prefix: v.string() }),
  to: v.string(),
  /** An object that is copied so often before anything is measured. */
  warmUp: v.object({ prefix: v.string(), copies: Count }),
  /** Objects at a time. */
  concurrency: Count,
});
export type ObjectsTask = v.InferOutput<typeof ObjectsTask>;

/** What the copies of many objects spent. */
export const ObjectsCost = v.object({ seconds: v.number(), cpuMs: v.number(), objects: Count, rssPeakMiB: v.number() });
