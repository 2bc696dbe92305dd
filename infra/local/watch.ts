import { History } from './history.ts';
import {
  dataLimitExceeded,
  HISTORY_LIMIT,
  historyTooLong,
  type Json,
  STATE_LIMIT_BYTES,
  stateBytes,
  type TerminalError,
} from './limits.ts';
import type { MachineEvent } from './machine-event.ts';

/** Follows an execution: counts its history, measures its state. */
export class Watch {
  readonly history = new History();
  /** The largest input or output of a state so far. */
  largestStateBytes = 0;
  /** Set once a state was too large: the execution is over, whatever the engine goes on with. */
  broken: TerminalError | undefined;
  #measured: Json | undefined;

  /** Takes the engine's next event. */
  see(event: MachineEvent): void {
    this.history.add(event);
    if (this.history.count > HISTORY_LIMIT) this.broken ??= historyTooLong();
    if (event.type === 'StateEntered') this.#measure(event.state.input, event.state.name, 'its input');
    if (event.type === 'StateExited') this.#measure(event.state.output ?? null, event.state.name, 'its output');
  }

  /** A task's answer is its state's output, and that the next one's input: the very same value is measured once. */
  #measure(value: Json, state: string, what: string): void {
    if (typeof value === 'object' && value === this.#measured) return;
    this.count(value, stateBytes(value), state, what);
  }

  /** Takes one value of a state, and its size. */
  count(value: Json, bytes: number, state: string, what: string): void {
    this.#measured = value;
    this.largestStateBytes = Math.max(this.largestStateBytes, bytes);
    if (bytes > STATE_LIMIT_BYTES) this.broken ??= dataLimitExceeded(state, `${what} has ${bytes} bytes`);
  }
}
