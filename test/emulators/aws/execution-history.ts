import { isDeepStrictEqual } from 'node:util';
import { stateOfEitherWay } from '@objectferry/shared/naming.ts';
import type { MachineEvent } from '#infra/local/machine-event.ts';

/** An event as GetExecutionHistory answers it; its details stand in a field named after its type. */
export interface AwsHistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly type: string;
  readonly [details: `${string}Details`]: Readonly<Record<string, unknown>>;
}

type StateEvent = Extract<MachineEvent, { readonly state: object }>;
type IterationEvent = Extract<MachineEvent, { readonly index: number; readonly parentState: object }>;

/** A line of states that follow each other: the machine's own, or one iteration's. */
interface Thread {
  last: number;
  /** The state that was entered and not left. */
  inside: { readonly name: string; readonly type: string; readonly input: unknown } | undefined;
  /** Waits for its invocation, first or again. */
  pending: boolean;
  caught: boolean;
}

const resource = { resourceType: 'lambda', resource: 'invoke' };
const whole = { truncated: false };

/**
 * The history of an execution in the shapes of AWS, made from what the local engine tells. The engine has fewer and
 * other events, and starts iterations of a Map that has failed; see the table in infra/local/history.ts.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export class ExecutionHistory {
  readonly events: AwsHistoryEvent[] = [];
  readonly #now: () => Date;
  readonly #region: string;
  readonly #machine: Thread = newThread(0);
  readonly #iterations = new Map<number, Thread>();
  /** An iteration of the running Map has failed: AWS begins no further one, the engine does. */
  #mapFailed = false;

  constructor(now: () => Date, region: string) {
    this.#now = now;
    this.#region = region;
  }

  /** The state of the machine itself that was entered last and not left, with its input. */
  get inside(): Thread['inside'] {
    return this.#machine.inside;
  }

  /** An event of the execution as a whole. */
  execution(type: string, details: Readonly<Record<string, unknown>>): void {
    const name = `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails` as const;
    this.#add(this.#machine, type, { [name]: details });
  }

  /** Takes the next event of the engine. */
  see(event: MachineEvent): void {
    if ('parentState' in event) {
      if ('index' in event) this.#iteration(event);
    } else if ('state' in event) this.#state(event);
  }

  /** A task is invoked: what it is given is known only now. */
  invoked(task: string, functionName: string, payload: unknown, timeoutInSeconds: number): void {
    const waiting = [this.#machine, ...this.#iterations.values()].filter(
      (thread) => thread.pending && stateOfEitherWay(thread.inside?.name ?? '') === task,
    );
    const thread = waiting.find(({ inside }) => isDeepStrictEqual(inside?.input, payload)) ?? waiting[0];
    if (thread === undefined) return;
    thread.pending = false;
    const parameters = JSON.stringify({ FunctionName: functionName, Payload: payload });
    this.#add(thread, 'TaskScheduled', {
      taskScheduledEventDetails: { ...resource, region: this.#region, parameters, timeoutInSeconds },
    });
    this.#add(thread, 'TaskStarted', { taskStartedEventDetails: resource });
  }

  /** What was running when the execution ended from outside. */
  abortRunning(): void {
    this.#abortIterations();
    const type = this.#machine.inside?.type;
    if (type === 'Task' || type === 'Map') this.#add(this.#machine, `${type}StateAborted`, {});
  }

  #state(event: StateEvent): void {
    const thread = event.index === undefined ? this.#machine : this.#iterations.get(event.index);
    // An iteration that AWS would not have started, or has ended.
    if (thread === undefined) return;
    const { name, type, input, output } = event.state;
    if (event.type === 'StateEntered') this.#entered(thread, { name, type, input });
    if (event.type === 'StateExited') this.#exited(thread, { name, type, output });
    if (event.type === 'StateFailed') this.#failed(thread, type, { error: event.Error, cause: String(event.Cause) });
    if (event.type === 'StateRetried') thread.pending = type === 'Task';
    if (event.type === 'StateCaught') thread.caught = true;
  }

  #failed(thread: Thread, type: string, error: { readonly error: string; readonly cause: string }): void {
    if (type === 'Map') this.#add(thread, 'MapStateFailed', {});
    if (type !== 'Task') return;
    const details = { ...resource, ...error };
    if (error.error === 'States.Timeout') this.#add(thread, 'TaskTimedOut', { taskTimedOutEventDetails: details });
    else this.#add(thread, 'TaskFailed', { taskFailedEventDetails: details });
  }

  #entered(thread: Thread, state: NonNullable<Thread['inside']>): void {
    const { name, type, input } = state;
    thread.inside = state;
    thread.caught = false;
    thread.pending = type === 'Task';
    const stateEnteredEventDetails = { name, input: JSON.stringify(input), inputDetails: whole };
    this.#add(thread, `${type}StateEntered`, { stateEnteredEventDetails });
    if (type !== 'Map') return;
    this.#mapFailed = false;
    this.#add(thread, 'MapStateStarted', { mapStateStartedEventDetails: {} });
  }

  #exited(thread: Thread, { name, type, output }: { name: string; type: string; output?: unknown }): void {
    thread.inside = undefined;
    // A Fail state is never left.
    if (type === 'Fail') return;
    const text = JSON.stringify(output ?? null);
    if (type === 'Map' && !thread.caught) this.#add(thread, 'MapStateSucceeded', {});
    if (type === 'Task' && !thread.caught) {
      const taskSucceededEventDetails = { ...resource, output: text, outputDetails: whole };
      this.#add(thread, 'TaskSucceeded', { taskSucceededEventDetails });
    }
    const stateExitedEventDetails = { name, output: text, outputDetails: whole };
    this.#add(thread, `${type}StateExited`, { stateExitedEventDetails });
  }

  #iteration(event: IterationEvent): void {
    const { index, parentState } = event;
    const details = { name: parentState.name, index };
    if (event.type === 'MapIterationStarted') {
      if (this.#machine.inside?.type !== 'Map' || this.#mapFailed) return;
      const thread = newThread(this.#machine.last);
      this.#iterations.set(index, thread);
      this.#add(thread, event.type, { mapIterationStartedEventDetails: details });
      return;
    }
    const thread = this.#iterations.get(index);
    if (thread === undefined) return;
    this.#iterations.delete(index);
    if (event.type === 'MapIterationSucceeded') {
      this.#machine.last = this.#add(thread, event.type, { mapIterationSucceededEventDetails: details });
      return;
    }
    this.#machine.last = this.#add(thread, event.type, { mapIterationFailedEventDetails: details });
    this.#abortIterations();
    this.#mapFailed = true;
  }

  #abortIterations(): void {
    for (const [index, thread] of this.#iterations) {
      this.#add(thread, 'TaskStateAborted', {});
      const mapIterationAbortedEventDetails = { name: this.#machine.inside?.name, index };
      this.#machine.last = this.#add(thread, 'MapIterationAborted', { mapIterationAbortedEventDetails });
    }
    this.#iterations.clear();
  }

  #add(thread: Thread, type: string, details: Readonly<Record<`${string}Details`, Record<string, unknown>>>): number {
    const id = this.events.length + 1;
    this.events.push({
      id,
      previousEventId: thread.last,
      timestamp: this.#now().getTime() / 1000,
      type,
      ...details,
    });
    thread.last = id;
    return id;
  }
}

function newThread(last: number): Thread {
  return { last, inside: undefined, pending: false, caught: false };
}

/** The same event without what the customer put into it. */
export function withoutData(event: AwsHistoryEvent): AwsHistoryEvent {
  const bare = Object.entries(event).map(([name, value]) => {
    if (typeof value !== 'object') return [name, value];
    const { input, inputDetails, output, outputDetails, parameters, ...rest } = value;
    return [name, rest];
  });
  return Object.fromEntries(bare);
}
