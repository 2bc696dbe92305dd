import { forEveryTask, type TaskName } from '@objectferry/shared/naming.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { TASK_RUNS } from '#functions/tasks.ts';
import { copyDefinition } from '#infra/local/definition.ts';
import { type MachineResult, runMachine } from '#infra/local/engine.ts';
import { InvocationError, type TaskFunction } from '#infra/local/invoke.ts';
import type { MachineEvent } from '#infra/local/machine-event.ts';
import { withTimeLimit } from '#infra/local/time-limit.ts';
import { ExecutionHistory } from './execution-history.ts';

/** The states an execution can be in, in the words of AWS. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

/** What executions have in common. */
export interface ExecutionOptions {
  readonly runtime: ProcessRuntime;
  readonly now: () => Date;
  readonly region: string;
  readonly accountId: string;
  readonly invocationSeconds: number;
  readonly retryIntervalMs: number | undefined;
  readonly historyLimit: number;
  /** Told when the status has changed. */
  readonly onStatus: (execution: Execution) => void;
}

const never = new AbortController().signal;

/** One execution, run for real by the local engine and the deployed handlers. */
export class Execution {
  readonly name: string;
  readonly arn: string;
  readonly input: string;
  readonly startDate: Date;
  readonly history: ExecutionHistory;
  status: ExecutionStatus = 'RUNNING';
  stopDate: Date | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  redriveCount = 0;
  redriveDate: Date | undefined;
  readonly #options: ExecutionOptions;
  /** Where a redrive goes on. */
  #unsuccessful: ExecutionHistory['inside'];
  /** Handlers that run, those of an execution that has ended as well. */
  readonly #invocations = new Set<Promise<unknown>>();
  #engine: Promise<unknown> = Promise.resolve();

  constructor(name: string, arn: string, input: string, options: ExecutionOptions) {
    this.name = name;
    this.arn = arn;
    this.input = input;
    this.#options = options;
    this.startDate = options.now();
    this.history = new ExecutionHistory(options.now, options.region);
    this.history.execution('ExecutionStarted', { input, inputDetails: { truncated: false } });
    options.onStatus(this);
    this.#engine = this.#run();
  }

  /** Ends it from outside. As on AWS no state hears of it, and handlers that run go on until they are done. */
  end(status: 'ABORTED' | 'TIMED_OUT', error?: string, cause?: string): void {
    this.history.abortRunning();
    this.#end(status, { error, cause });
  }

  /** Goes on from the state that did not succeed, with its input. */
  redrive(): void {
    this.redriveCount += 1;
    this.redriveDate = this.#options.now();
    this.status = 'RUNNING';
    this.stopDate = this.error = this.cause = undefined;
    this.history.execution('ExecutionRedriven', { redriveCount: this.redriveCount });
    this.#options.onStatus(this);
    this.#engine = this.#run(this.#unsuccessful);
  }

  /** Resolves once the engine has ended and no handler of this execution runs any more. */
  async quiet(): Promise<void> {
    await this.#engine;
    while (this.#invocations.size > 0) await Promise.allSettled(this.#invocations);
  }

  async #run(from?: ExecutionHistory['inside']): Promise<void> {
    const attempt = this.redriveCount;
    const runs = () => this.status === 'RUNNING' && this.redriveCount === attempt;
    const { invocationSeconds, runtime, retryIntervalMs } = this.#options;
    const task = (name: TaskName): TaskFunction => {
      const local = withTimeLimit(TASK_RUNS[name], runtime, invocationSeconds);
      return (payload) => {
        // The engine does not know that its execution has ended: this lets it come to its own end without a handler.
        if (!runs()) throw new InvocationError('ExecutionEnded', 'No handler is invoked for it any more.');
        this.history.invoked(name, this.#functionArn(name), payload, invocationSeconds);
        // Nobody tells a Lambda function that its answer is not wanted any more.
        return this.#counted(local(payload, never));
      };
    };
    const result = await runMachine({
      definition: copyDefinition(),
      input: JSON.parse(this.input),
      ...(from && { resume: { state: from.name, input: from.input, startedAt: this.startDate } }),
      tasks: forEveryTask(task),
      retryIntervalMs,
      onEvent: (event) => runs() && this.#see(event),
    });
    if (runs()) this.#finish(result);
  }

  #counted<T>(invocation: Promise<T>): Promise<T> {
    this.#invocations.add(invocation);
    return invocation.finally(() => this.#invocations.delete(invocation));
  }

  #see(event: MachineEvent): void {
    this.history.see(event);
    const { historyLimit } = this.#options;
    if (this.history.events.length < historyLimit) return;
    const cause = `The execution reached the maximum number of history events (${historyLimit}).`;
    this.#end('FAILED', { error: 'States.Runtime', cause });
  }

  #finish(result: MachineResult): void {
    if (result.status === 'FAILED') {
      this.#end('FAILED', { error: result.error, cause: result.cause });
    } else {
      this.output = JSON.stringify(result.output);
      this.#end('SUCCEEDED', { output: this.output, outputDetails: { truncated: false } });
    }
  }

  #end(
    status: Exclude<ExecutionStatus, 'RUNNING'>,
    details: { error?: string | undefined; cause?: string | undefined; output?: string; outputDetails?: object },
  ): void {
    const types = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', ABORTED: 'Aborted', TIMED_OUT: 'TimedOut' };
    const { error, cause } = details;
    this.#unsuccessful = this.history.inside ?? this.#unsuccessful;
    const said =
      status === 'SUCCEEDED' ? { output: details.output, outputDetails: details.outputDetails } : { error, cause };
    this.history.execution(`Execution${types[status]}`, said);
    this.status = status;
    this.stopDate = this.#options.now();
    this.error = error;
    this.cause = cause;
    this.#options.onStatus(this);
  }

  #functionArn(name: TaskName): string {
    return `arn:aws:lambda:${this.#options.region}:${this.#options.accountId}:function:${name}`;
  }
}
