import * as v from 'valibot';
import { Receipt } from './contract.ts';

/** What the API answers. The OpenAPI document is generated from these schemas and the {@link CopyRequest}. */

export const COPY_STATES = ['running', 'succeeded', 'failed', 'stopped', 'timedOut'] as const;
export const CopyState = v.picklist(COPY_STATES);
export type CopyState = v.InferOutput<typeof CopyState>;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Instant = v.pipe(v.string(), v.isoTimestamp());

/** How far a copy is, by what the provider lists of its parts. */
export const CopyProgress = v.strictObject({
  partsDone: Count,
  partCount: Count,
  bytesDone: Count,
  /** Bytes. */
  size: Count,
  /** Since the copy began. */
  bytesPerSecond: v.pipe(v.number(), v.minValue(0)),
  /** Absent as long as nothing is done, so nothing can be said. */
  etaSeconds: v.optional(Count),
});
export type CopyProgress = v.InferOutput<typeof CopyProgress>;

/** An error by its name, its sentence, and what to do next. */
export const CopyFailure = v.strictObject({
  name: v.string(),
  message: v.string(),
  advice: v.optional(v.string()),
});
export type CopyFailure = v.InferOutput<typeof CopyFailure>;

/** One copy, as `GET /copies/{id}` shows it. */
export const CopyStatus = v.strictObject({
  id: v.string(),
  state: CopyState,
  startedAt: Instant,
  endedAt: v.optional(Instant),
  /** As `store://bucket/key`, percent-encoded; absent when the request was none. */
  source: v.optional(v.string()),
  destination: v.optional(v.string()),
  /** Absent until it is decided. */
  strategy: v.optional(v.picklist(['whole', 'parts', 'skip'])),
  /** Bytes of the source; absent until it is pinned. */
  size: v.optional(Count),
  /** Of a copy in parts that has not succeeded, as long as its upload is open. */
  progress: v.optional(CopyProgress),
  /** Why the provider does not tell the progress just now; the copy itself may be well. */
  progressError: v.optional(CopyFailure),
  receipt: v.optional(Receipt),
  error: v.optional(CopyFailure),
  links: v.strictObject({ self: v.string() }),
});
export type CopyStatus = v.InferOutput<typeof CopyStatus>;

/** Answer of `POST /copies` and `DELETE /copies/{id}`. */
export const CopyAccepted = v.strictObject({
  id: v.string(),
  links: v.strictObject({ self: v.string() }),
});
export type CopyAccepted = v.InferOutput<typeof CopyAccepted>;

/** A line of `GET /copies`. */
export const CopySummary = v.strictObject({
  id: v.string(),
  state: CopyState,
  startedAt: Instant,
  endedAt: v.optional(Instant),
  links: v.strictObject({ self: v.string() }),
});
export type CopySummary = v.InferOutput<typeof CopySummary>;

/** Most copies on a page of `GET /copies`, and how many there are unless it is said. */
export const LARGEST_PAGE = 1000;
export const DEFAULT_PAGE = 50;

/** The query of `GET /copies`. */
export const CopiesQuery = v.strictObject({
  state: v.optional(CopyState),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,9}$/, 'must be a whole number.'),
      v.transform(Number),
      v.minValue(1, 'must be 1 or more.'),
      v.maxValue(LARGEST_PAGE, `must be ${LARGEST_PAGE} or less.`),
    ),
  ),
  next: v.optional(
    v.pipe(
      v.string(),
      v.nonEmpty('is empty, leave it out for the first page.'),
      v.maxLength(3096, 'is not one that a page ended with: leave it out for the first page.'),
    ),
  ),
});

/** Answer of `GET /copies`. */
export const CopyList = v.strictObject({
  copies: v.array(CopySummary),
  /** Pass as `next` for the next page; absent on the last one. */
  next: v.optional(v.string()),
});
export type CopyList = v.InferOutput<typeof CopyList>;

/** Answer of `GET /health`: the API itself answers; it says nothing about the stores. */
export const Health = v.strictObject({ status: v.literal('ok') });
export type Health = v.InferOutput<typeof Health>;

/**
 * Every answer that is not a success.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export const Problem = v.strictObject({
  /** `/problems/` and the name of the problem, which a program decides by. */
  type: v.string(),
  title: v.string(),
  /** HTTP status, as the answer has it. */
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  /** One sentence that says what to do next. */
  detail: v.string(),
});
export type Problem = v.InferOutput<typeof Problem>;
