import { setImmediate } from 'node:timers/promises';
import { STATES, TASKS, type TaskName } from '@objectferry/shared/naming.ts';
import type { RunOptions, StateMachineDefinition } from 'aws-local-stepfunctions';
import * as v from 'valibot';
import { type Answer, InvocationError, invoke, type TaskFunction } from './invoke.ts';
import type { Json } from './limits.ts';
import type { Watch } from './watch.ts';

type LocalHandlers = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>;

interface Running {
  readonly task: TaskName;
  readonly map: string | undefined;
  readonly controller: AbortController;
}

/** What loses nothing that cannot be copied or read again. */
const SPAN_TASKS: ReadonlySet<TaskName> = new Set(['CopySpan', 'VerifySpan']);

const InvokeParameters = v.object({
  FunctionName: v.string(),
  Payload: v.custom<Json>((value) => value !== undefined),
});

/** The machine's invocations: what `lambda:invoke` does with a task, and what ends it early. */
export class Invocations {
  readonly #tasks: Readonly<Record<TaskName, TaskFunction>>;
  readonly #watch: Watch;
  readonly #running = new Set<Running>();
  /** Reject when the copy is stopped: at once, and for tasks that are given time to end. */
  readonly #stop = Promise.withResolvers<never>();
  readonly #lateStop = Promise.withResolvers<never>();
  #grace: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(tasks: Readonly<Record<TaskName, TaskFunction>>, watch: Watch) {
    this.#tasks = tasks;
    this.#watch = watch;
    // Nobody may be waiting when they come.
    this.#stop.promise.catch(() => undefined);
    this.#lateStop.promise.catch(() => undefined);
  }

  /** A handler for every task state of a definition, as the engine wants them. */
  handlers(definition: StateMachineDefinition, map?: string): LocalHandlers {
    const handlers: LocalHandlers = {};
    for (const [name, state] of Object.entries(definition.States)) {
      if (state.Type === 'Task') handlers[name] = (parameters) => this.#invoke(name, map, parameters);
      if (state.Type === 'Map' && state.ItemProcessor)
        Object.assign(handlers, this.handlers(state.ItemProcessor, name));
    }
    return handlers;
  }

  /**
   * From now on every task but Abort fails, so that the machine goes its own way to Abort. Spans that run fail at
   * once. Other tasks may end by themselves for so long: what they have begun at the provider cannot be taken back,
   * and Abort can only abort an upload that Initiate has told it of.
   */
  stop(graceMs: number): void {
    const stopped = new InvocationError('Stopped', 'The copy was stopped before it was finished.');
    this.#stopped = true;
    this.#stop.reject(stopped);
    this.#grace = setTimeout(() => this.#lateStop.reject(stopped), graceMs);
    this.#abandon(({ task }) => SPAN_TASKS.has(task));
  }

  /** Tells the tasks of Maps that have failed, or all tasks at the end, that nobody waits for them. */
  settle(end: boolean): void {
    if (end) clearTimeout(this.#grace);
    this.#abandon(({ map }) => end || (map !== undefined && this.#watch.history.hasFailed(map)));
  }

  #abandon(which: (running: Running) => boolean): void {
    for (const running of this.#running) if (which(running)) running.controller.abort();
  }

  async #invoke(state: string, map: string | undefined, parameters: Json): Promise<Json> {
    // Lets the events until now arrive, which say whether this state may still begin.
    await setImmediate();
    const text = JSON.stringify(parameters);
    this.#watch.count(parameters, Buffer.byteLength(text), state, 'its parameters');
    if (this.#watch.broken !== undefined) throw this.#watch.broken;
    // The engine starts items, and ends backoffs, of a Map that has failed; AWS does not. Nobody sees this error.
    if (map !== undefined && this.#watch.history.hasFailed(map)) throw new InvocationError('Refused', `${map} failed.`);
    // Through JSON, as on its way to Lambda: what a handler does to its payload does nothing to the machine's state.
    const { FunctionName, Payload } = v.parse(InvokeParameters, JSON.parse(text));
    const task = TASKS.find((name) => FunctionName.endsWith(`:${name}`));
    if (task === undefined) throw new TypeError(`State "${state}" invokes ${FunctionName}, which is no task.`);
    const { value, bytes } = await this.#run({ task, map, controller: new AbortController() }, Payload);
    this.#watch.count(value, bytes, state, 'its answer');
    if (this.#watch.broken !== undefined) throw this.#watch.broken;
    return { ExecutedVersion: '$LATEST', Payload: value, StatusCode: 200 };
  }

  async #run(running: Running, payload: Json): Promise<Answer> {
    const { task, controller } = running;
    if (task !== STATES.abort && this.#stopped) return this.#stop.promise;
    this.#running.add(running);
    const answer = invoke(this.#tasks[task], payload, controller.signal).finally(() => this.#running.delete(running));
    if (task === STATES.abort) return answer;
    return Promise.race([answer, SPAN_TASKS.has(task) ? this.#stop.promise : this.#lateStop.promise]);
  }
}
