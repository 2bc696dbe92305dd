import type { CopyState } from '@objectferry/shared/api.ts';
import type { PinnedCopy } from '@objectferry/shared/contract.ts';

/**
 * What runs copies: Step Functions on AWS, the local engine on this machine. An id is the name of an execution, chosen
 * by whoever starts it, so that starting the same thing twice starts it once.
 */
export interface Executions {
  /**
   * Starts a copy.
   *
   * @param copy `request` is passed on as it is: the first state checks it.
   * @returns `exists` when an execution of this id and an equal request is there already, running or ended.
   * @throws ExecutionConflict when the id was used for another request.
   */
  start(copy: { readonly id: string; readonly request: unknown }): Promise<'started' | 'exists'>;
  /** Undefined when there is none, or it is too old to be known. */
  describe(id: string): Promise<Execution | undefined>;
  /** One page, newest first. */
  list(query: ExecutionsQuery): Promise<ExecutionsPage>;
  /** Asks a running execution to stop; nothing happens to one that has ended. */
  stop(id: string, reason: string): Promise<void>;
  /** Runs an execution that failed on from the state in which it failed. @throws ExecutionConflict when it cannot. */
  redrive(id: string): Promise<void>;
  /** What Initiate pinned, read from the execution's history; undefined as long as it has not, or never did. */
  pinned(id: string): Promise<PinnedCopy | undefined>;
}

export interface Execution {
  readonly id: string;
  readonly state: CopyState;
  readonly startedAt: Date;
  readonly endedAt?: Date | undefined;
  /** The input as it was given. */
  readonly request: unknown;
  /** The receipt of one that succeeded. */
  readonly output?: unknown;
  /** Name and text of the error of one that did not; the text may be Lambda's JSON document. */
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

export interface ExecutionsQuery {
  readonly state?: CopyState | undefined;
  /** At most this many; default 50, most 1,000. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly next?: string | undefined;
}

export interface ExecutionsPage {
  readonly executions: readonly Pick<Execution, 'id' | 'state' | 'startedAt' | 'endedAt'>[];
  /** Opaque; absent on the last page. */
  readonly next?: string | undefined;
}

/** The id stands for something else already, or the execution is not in a state that allows what was asked. */
export class ExecutionConflict extends Error {
  override readonly name = 'ExecutionConflict';
}
