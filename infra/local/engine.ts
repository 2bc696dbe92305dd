import type { TaskName } from '@objectferry/shared/naming.ts';
import {
  ExecutionError,
  ExecutionTimeoutError,
  type RunOptions,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';
import { Invocations } from './invocations.ts';
import type { TaskFunction } from './invoke.ts';
import { throughJson } from './limits.ts';
import type { MachineEvent } from './machine-event.ts';
import { assertSupported } from './supported.ts';
import { Watch } from './watch.ts';

// Longer than a request with a retry or two, shorter than the patience of somebody who pressed Ctrl-C.
const STOP_GRACE_MS = 10_000;
const RESUMED = 'ResumedExecution';

/** What to run. */
export interface MachineOptions {
  /** A valid definition, as `copyDefinition()` gives it. */
  readonly definition: StateMachineDefinition;
  /** Anything but `null`, `false`, `0` and `""`: the engine takes those for nothing, and fails with States.Runtime. */
  readonly input: unknown;
  readonly tasks: Readonly<Record<TaskName, TaskFunction>>;
  /** Goes on in the middle of an execution that this process, or one before it, did not bring to its end. */
  readonly resume?: Resume | undefined;
  /**
   * Stops the copy: every task but Abort fails with an error named `Stopped`; spans at once, other tasks when they
   * have not ended by themselves after `stopGraceMs` (so a stop at the last moment may still succeed). A pause before
   * a retry is waited out first, at most its MaxDelaySeconds.
   */
  readonly signal?: AbortSignal | undefined;
  /** Default 10 seconds. */
  readonly stopGraceMs?: number | undefined;
  /** Hears every event of the engine, and must not throw. */
  readonly onEvent?: ((event: MachineEvent) => void) | undefined;
  /** Milliseconds before each retry, in place of the definition's delays. */
  readonly retryIntervalMs?: number | undefined;
}

/** Where an execution goes on, instead of at its beginning. */
export interface Resume {
  /** A state outside of Maps, which is entered again; what it has done already it finds at the provider. */
  readonly state: string;
  /** What the state was entered with. */
  readonly input: unknown;
  /** When the execution began. */
  readonly startedAt: Date;
}

/** How an execution ended, and what it took. */
export type MachineResult = MachineEnd & MachineCost;

/** How an execution ended. The cause of a failed task is Lambda's document: errorType, errorMessage, trace. */
type MachineEnd =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | {
      readonly status: 'FAILED';
      readonly error: string;
      readonly cause: string;
      /** The execution's own time was over: it ended where it was, and went through no Catch. */
      readonly timedOut?: true;
    };

/** What an execution took. */
interface MachineCost {
  /** As AWS counts them; 25,000 is the end. */
  readonly historyEvents: number;
  /** The largest input or output of a state; 262,144 is the end. */
  readonly largestStateBytes: number;
  readonly seconds: number;
}

/**
 * Runs a definition on this machine as Step Functions and Lambda would. Ends when the machine does: a task that
 * nobody waits for any more (its Map failed, it was stopped) is told so by its signal and not waited for.
 *
 * @throws TypeError for a definition that the engine would run differently from AWS.
 */
export async function runMachine(options: MachineOptions): Promise<MachineResult> {
  const { definition, signal, stopGraceMs = STOP_GRACE_MS } = options;
  requireSupported(definition);
  const started = performance.now();
  const watch = new Watch();
  const invocations = new Invocations(options.tasks, watch);
  const stop = () => invocations.stop(stopGraceMs);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const end = await execute(options, watch, invocations);
    const { largestStateBytes, history } = watch;
    const seconds = (performance.now() - started) / 1000;
    return { ...end, historyEvents: history.count, largestStateBytes, seconds };
  } finally {
    signal?.removeEventListener('abort', stop);
    invocations.settle(true);
  }
}

const supported = new WeakSet<StateMachineDefinition>();

/** Looks only once at a definition that is frozen, which means to its bottom here: nobody can change it any more. */
function requireSupported(definition: StateMachineDefinition): void {
  if (supported.has(definition)) return;
  assertSupported(definition);
  if (Object.isFrozen(definition)) supported.add(definition);
}

async function execute(options: MachineOptions, watch: Watch, invocations: Invocations): Promise<MachineEnd> {
  const { definition, input, resume, onEvent } = options;
  // Without the validator behind it, which takes 100 ms and changes its argument: `npm run check` validates the
  // definition once, not each copy.
  const from = resume === undefined ? definition : resumed(definition, resume.state);
  const machine = new StateMachine(from, { validationOptions: { noValidate: true } });
  const overrides = overridesFor(definition, invocations, options.retryIntervalMs);
  const execution = machine.run(throughJson(resume === undefined ? input : resume.input), {
    overrides,
    ...(resume && { context: { [RESUMED]: { Input: throughJson(input), StartTime: resume.startedAt.toISOString() } } }),
  });
  const follow = async (): Promise<void> => {
    for await (const event of execution.eventLogs) {
      watch.see(event);
      invocations.settle(false);
      onEvent?.(event);
      if (watch.broken !== undefined) execution.abort();
    }
  };
  const [result, followed] = await Promise.allSettled([execution.result, follow()]);
  if (followed.status === 'rejected') throw followed.reason;
  if (watch.broken !== undefined) return failure(watch.broken);
  return result.status === 'fulfilled' ? { status: 'SUCCEEDED', output: result.value } : failure(result.reason);
}

/**
 * The same definition, entered at another state. The engine takes the input of that state for the execution's, and now
 * for its start: what refers to the execution is given a place of its own in the context object.
 */
function resumed(definition: StateMachineDefinition, state: string): StateMachineDefinition {
  const text = JSON.stringify(definition).replaceAll('"$$.Execution.', () => `"$$.${RESUMED}.`);
  return { ...JSON.parse(text), StartAt: state };
}

function overridesFor(
  definition: StateMachineDefinition,
  invocations: Invocations,
  retryIntervalMs: number | undefined,
): NonNullable<RunOptions['overrides']> {
  const taskResourceLocalHandlers = invocations.handlers(definition);
  if (retryIntervalMs === undefined) return { taskResourceLocalHandlers };
  const intervals = Object.keys(taskResourceLocalHandlers).map((state) => [state, retryIntervalMs]);
  return { taskResourceLocalHandlers, retryIntervalOverrides: Object.fromEntries(intervals) };
}

function failure(reason: unknown): MachineEnd {
  if (reason instanceof ExecutionTimeoutError) {
    const cause = 'The execution took longer than its TimeoutSeconds.';
    return { status: 'FAILED', error: 'States.Timeout', cause, timedOut: true };
  }
  const error = reason instanceof ExecutionError ? reason.cause : reason;
  if (!(error instanceof Error)) return { status: 'FAILED', error: 'States.Runtime', cause: String(error) };
  return { status: 'FAILED', error: error.name, cause: error.message };
}
