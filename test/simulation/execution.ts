import { forEveryTask, TASKS, type TaskName } from '@objectferry/shared/naming.ts';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { type MachineResult, runMachine } from '#infra/local/engine.ts';
import { InvocationError, type TaskFunction } from '#infra/local/invoke.ts';
import type { MachineEvent } from '#infra/local/machine-event.ts';
import { ExecutionHistory } from '../emulators/aws/execution-history.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Witness } from './witness.ts';

export interface ExecutionParts {
  readonly arn: string;
  readonly definition: StateMachineDefinition;
  readonly request: unknown;
  readonly time: VirtualTime;
  readonly witness: Witness;
  readonly invoke: (task: TaskName, payload: unknown) => Promise<unknown>;
}

type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

/** One execution of the deployed definition, as Step Functions has it: with a history, an end, and redrives. */
export class Execution {
  readonly arn: string;
  readonly input: string;
  readonly startDate: Date;
  readonly history: ExecutionHistory;
  status: Status = 'RUNNING';
  stopDate: Date | undefined;
  output: unknown;
  error: string | undefined;
  cause: string | undefined;
  redrives = 0;
  /** When it was last redriven. */
  redrivenAt = Number.NEGATIVE_INFINITY;
  readonly #parts: ExecutionParts;
  readonly #seconds: ReadonlyMap<string, number>;
  #unsuccessful: ExecutionHistory['inside'];
  #ended = Promise.withResolvers<void>();

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
    this.arn = parts.arn;
    this.input = JSON.stringify(parts.request);
    this.startDate = new Date();
    this.history = new ExecutionHistory(() => new Date(), 'eu-central-1');
    this.#seconds = taskSeconds(parts.definition);
    this.history.execution('ExecutionStarted', { input: this.input });
    this.#run().catch((error: unknown) => parts.witness.accuse('the machine runs', String(error)));
  }

  /** Resolves when it has ended, as often as it is redriven. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends it from outside. No state hears of it, and handlers that run go on. */
  stop(): void {
    if (this.status !== 'RUNNING') return;
    this.history.abortRunning();
    this.#end('ABORTED', { error: undefined, cause: undefined });
  }

  /** Goes on from the state that did not succeed. */
  redrive(): void {
    this.redrives += 1;
    this.redrivenAt = this.#parts.time.now;
    this.status = 'RUNNING';
    this.stopDate = this.error = this.cause = undefined;
    this.#ended = Promise.withResolvers<void>();
    this.history.execution('ExecutionRedriven', { redriveCount: this.redrives });
    this.#parts.witness.tell('machine', () => `is redriven from ${this.#unsuccessful?.name ?? 'its beginning'}`);
    const from = this.#unsuccessful;
    this.#run(from).catch((error: unknown) => this.#parts.witness.accuse('the machine runs', String(error)));
  }

  async #run(from?: ExecutionHistory['inside']): Promise<void> {
    const attempt = this.redrives;
    const runs = () => this.status === 'RUNNING' && this.redrives === attempt;
    const { definition, invoke } = this.#parts;
    const task =
      (name: TaskName): TaskFunction =>
      async (payload) => {
        // The engine does not know that its execution has ended: this lets it come to its own end without a handler.
        if (!runs()) throw new InvocationError('ExecutionEnded', 'No handler is invoked for it any more.');
        this.history.invoked(name, `arn:aws:lambda:::function:${name}`, payload, this.#seconds.get(name) ?? 0);
        return invoke(name, payload);
      };
    const result = await runMachine({
      definition,
      input: JSON.parse(this.input),
      ...(from && { resume: { state: from.name, input: from.input, startedAt: this.startDate } }),
      tasks: forEveryTask(task),
      onEvent: (event) => runs() && this.#see(event),
    });
    if (runs()) this.#finish(result);
  }

  #see(event: MachineEvent): void {
    const { witness } = this.#parts;
    this.history.see(event);
    if (event.type === 'StateEntered') witness.tell('machine', () => `enters ${event.state.name}`);
    if (event.type === 'StateRetried') witness.tell('machine', () => `tries ${event.state.name} again`);
    if (event.type === 'StateFailed') {
      witness.tell('machine', () => `${event.state.name} failed: ${event.Error} ${String(event.Cause).slice(0, 300)}`);
    }
  }

  #finish(result: MachineResult): void {
    if (result.status === 'SUCCEEDED') {
      this.output = result.output;
      this.#end('SUCCEEDED', { error: undefined, cause: undefined });
    } else if (result.timedOut === true) {
      this.history.abortRunning();
      this.#end('TIMED_OUT', { error: undefined, cause: undefined });
    } else this.#end('FAILED', { error: result.error, cause: result.cause });
  }

  #end(status: Exclude<Status, 'RUNNING'>, { error, cause }: { error: string | undefined; cause: string | undefined }) {
    const types = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', ABORTED: 'Aborted', TIMED_OUT: 'TimedOut' };
    this.#unsuccessful = this.history.inside ?? this.#unsuccessful;
    this.history.execution(`Execution${types[status]}`, { output: JSON.stringify(this.output), error, cause });
    this.status = status;
    this.stopDate = new Date();
    this.error = error;
    this.cause = cause;
    this.#parts.witness.tell('machine', () => `ends ${status}${error === undefined ? '' : `: ${error}`}`);
    this.#ended.resolve();
  }
}

/** How long the machine waits for each task, in seconds. */
function taskSeconds({ States: states }: Pick<StateMachineDefinition, 'States'>): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const state of Object.values(states)) {
    if (state.Type === 'Map' && state.ItemProcessor) {
      for (const [task, ofTask] of taskSeconds(state.ItemProcessor)) seconds.set(task, ofTask);
    }
    if (state.Type !== 'Task') continue;
    const name = TASKS.find((task) => JSON.stringify(state.Parameters).includes(`:function:${task}"`));
    if (name !== undefined) seconds.set(name, state.TimeoutSeconds ?? 0);
  }
  return seconds;
}
