import { forEveryTask } from '@objectferry/shared/naming.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { TASK_RUNS } from '#functions/tasks.ts';
import { frozenCopyDefinition } from './definition.ts';
import { type MachineResult, type Resume, runMachine } from './engine.ts';
import type { MachineEvent } from './machine-event.ts';
import { withTimeLimit } from './time-limit.ts';

/** A copy to run on this machine. */
export interface LocalCopy {
  /** A `CopyRequest`, not yet parsed: the machine's first task refuses a bad one. */
  readonly request: unknown;
  readonly runtime: ProcessRuntime;
  /**
   * Stops the copy and cleans up; the result then is FAILED with the error `Stopped`, or SUCCEEDED when the last
   * request was on its way already.
   */
  readonly signal?: AbortSignal | undefined;
  /** Goes on in the middle of an execution of this request. */
  readonly resume?: Resume | undefined;
  /** Hears every event of the engine; parts are told by `runtime.observe`. */
  readonly onEvent?: ((event: MachineEvent) => void) | undefined;
  /** How long one invocation may take; default 900, as on Lambda. */
  readonly invocationSeconds?: number | undefined;
  /** How long the whole copy may take; default: what the definition says, as on AWS. */
  readonly timeoutSeconds?: number | undefined;
  /** How long Initiate, CopyWhole and Complete may go on after a stop, in milliseconds. */
  readonly stopGraceMs?: number | undefined;
  /** Milliseconds before each retry of the machine, in place of the definition's delays. */
  readonly retryIntervalMs?: number | undefined;
}

const LAMBDA_SECONDS = 900;

/** Runs one copy with the synthesized definition and the deployed handlers, on this machine. */
export function runCopy({
  request,
  runtime,
  invocationSeconds = LAMBDA_SECONDS,
  timeoutSeconds,
  resume,
  ...options
}: LocalCopy): Promise<MachineResult> {
  const definition = frozenCopyDefinition();
  // What an execution before this one has begun nobody knows here.
  const isNew = resume === undefined;
  return runMachine({
    ...options,
    resume,
    definition: timeoutSeconds === undefined ? definition : { ...definition, TimeoutSeconds: timeoutSeconds },
    input: request,
    tasks: forEveryTask((name) => withTimeLimit(TASK_RUNS[name], runtime, invocationSeconds, isNew)),
  });
}
