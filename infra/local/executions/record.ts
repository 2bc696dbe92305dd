import { COPY_STATES } from '@objectferry/shared/api.ts';
import { PinnedCopy } from '@objectferry/shared/contract.ts';
import * as v from 'valibot';
import type { Execution } from '#functions/executions.ts';

const Instant = v.pipe(v.string(), v.isoTimestamp());

/**
 * One execution as its file holds it. Nothing secret: a request names its keys, and the states hold no credentials.
 */
export const ExecutionRecord = v.object({
  version: v.literal(1),
  id: v.string(),
  request: v.unknown(),
  state: v.picklist(COPY_STATES),
  /** When it was asked for; it may have waited for its turn after that. */
  startedAt: Instant,
  /** When the machine began with it, or began again from the first state. */
  ranAt: v.optional(Instant),
  endedAt: v.optional(Instant),
  /** The latest state that was entered to get the copy done, and what it was entered with. */
  at: v.optional(v.object({ state: v.string(), input: v.unknown() })),
  /** What Abort was entered with: the copy has failed, and cleans up. */
  aborting: v.optional(v.object({ input: v.unknown() })),
  /** The state of an earlier run, whose upload is aborted before this one begins from the first state. */
  leftOver: v.optional(v.unknown()),
  /** The command that runs it, where it is the only one in its folder. */
  by: v.optional(v.object({ pid: v.number(), command: v.string() })),
  /** When processes before this one died while Initiate may have opened an upload; it may still do so. */
  unheard: v.optional(v.array(v.object({ from: Instant, to: Instant }))),
  /** Why somebody asked it to stop. */
  stopReason: v.optional(v.string()),
  output: v.optional(v.unknown()),
  error: v.optional(v.string()),
  cause: v.optional(v.string()),
});
export type ExecutionRecord = v.InferOutput<typeof ExecutionRecord>;

/** The record that the text of a file holds; undefined when it holds none. */
export function recordFrom(text: string): ExecutionRecord | undefined {
  try {
    const record = v.safeParse(ExecutionRecord, JSON.parse(text));
    return record.success ? record.output : undefined;
  } catch {
    return undefined;
  }
}

const Entered = v.object({ copy: PinnedCopy });

/** What Initiate pinned, as the states after it were entered with it. */
export function pinnedOf({ at }: ExecutionRecord): PinnedCopy | undefined {
  return pinnedIn(at?.input);
}

/** What Initiate pinned, in the input of a state after it. */
export function pinnedIn(input: unknown): PinnedCopy | undefined {
  const entered = v.safeParse(Entered, input);
  return entered.success ? entered.output.copy : undefined;
}

/** The execution that a record describes. */
export function executionOf(record: ExecutionRecord): Execution {
  const { id, state, request, startedAt, endedAt, output, error, cause } = record;
  return {
    id,
    state,
    request,
    startedAt: new Date(startedAt),
    endedAt: endedAt === undefined ? undefined : new Date(endedAt),
    output,
    error,
    cause,
  };
}
