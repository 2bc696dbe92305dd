import type { MachineEvent } from './machine-event.ts';

/**
 * Counts history events as AWS counts them, from the engine's events: an execution ends at 25,000.
 *
 * | engine                        | AWS                                                              | events |
 * |-------------------------------|------------------------------------------------------------------|--------|
 * | ExecutionStarted / Succeeded / Failed | the same                                                 | 1 each |
 * | StateEntered, Task            | TaskStateEntered, TaskScheduled, TaskStarted                     | 3      |
 * | StateExited, Task             | TaskSucceeded, TaskStateExited                                   | 2      |
 * | StateEntered, Map             | MapStateEntered, MapStateStarted                                 | 2      |
 * | StateExited, Map              | MapStateSucceeded, MapStateExited                                | 2      |
 * | StateEntered / Exited, others | the same with the type in front                                  | 1 each |
 * | StateFailed, Task or Map      | TaskFailed / TaskTimedOut, MapStateFailed                        | 1      |
 * | StateFailed, others           | nothing: ExecutionFailed follows                                 | 0      |
 * | StateRetried, Task            | TaskScheduled, TaskStarted; with TaskFailed a retry costs 3      | 2      |
 * | StateExited after StateCaught | Task- or MapStateExited alone                                    | 1      |
 * | MapIterationStarted / Succeeded / Failed | the same                                              | 1 each |
 * | running when their Map fails  | TaskStateAborted, MapIterationAborted                            | 2      |
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export class History {
  #count = 0;
  /** States whose next exit follows a failure. */
  readonly #caught = new Set<string>();
  /** Iterations that have begun and not ended, by Map. */
  readonly #running = new Map<string, Set<number>>();
  /** Maps with a failed iteration: AWS starts no further ones there, the engine does. */
  readonly #failedMaps = new Set<string>();

  /** So many events does AWS have in this execution's history. */
  get count(): number {
    const failed = [...this.#failedMaps].map((map) => this.#running.get(map)?.size ?? 0);
    return this.#count + 2 * failed.reduce((sum, running) => sum + running, 0);
  }

  /** Maps in which an item has failed since they were entered. */
  hasFailed(map: string): boolean {
    return this.#failedMaps.has(map);
  }

  /** Takes the next event of the engine. */
  add(event: MachineEvent): void {
    if ('parentState' in event) this.#iteration(event);
    else if ('state' in event) this.#state(event);
    else this.#count += 1;
  }

  #iteration(event: Extract<MachineEvent, { parentState: object; index?: number }>): void {
    if (!('index' in event)) return;
    const map = event.parentState.name;
    const running = this.#running.get(map) ?? new Set();
    this.#running.set(map, running);
    if (event.type === 'MapIterationStarted') {
      if (this.#failedMaps.has(map)) return;
      running.add(event.index);
    } else {
      // An iteration that AWS would not have started.
      if (!running.delete(event.index)) return;
      if (event.type === 'MapIterationFailed') this.#failedMaps.add(map);
    }
    this.#count += 1;
  }

  #state(event: Extract<MachineEvent, { state: object }>): void {
    const { name, type } = event.state;
    if (event.index !== undefined && !this.#isRunning(event.index)) return;
    const key = `${name} ${event.index ?? ''}`;
    if (event.type === 'StateCaught') this.#caught.add(key);
    if (event.type === 'StateEntered' && type === 'Map') this.#enterMap(name);
    const afterCatch = event.type === 'StateExited' && this.#caught.delete(key);
    this.#count += afterCatch ? 1 : eventsOf(event.type, type);
  }

  #enterMap(name: string): void {
    this.#running.delete(name);
    this.#failedMaps.delete(name);
  }

  /** An event inside an iteration names its index, not its Map; Maps do not overlap, so one of them is meant. */
  #isRunning(index: number): boolean {
    return [...this.#running.values()].some((running) => running.has(index));
  }
}

function eventsOf(event: string, type: string): number {
  const task = type === 'Task';
  const map = type === 'Map';
  switch (event) {
    case 'StateEntered':
      return task ? 3 : map ? 2 : 1;
    case 'StateExited':
      return task || map ? 2 : 1;
    case 'StateFailed':
      return task || map ? 1 : 0;
    case 'StateRetried':
      return 2;
    default:
      return 0;
  }
}
