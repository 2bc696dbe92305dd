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

  /** Takes the engine's next event. */
  see(event: MachineEvent): void {
    this.history.add(event);
    if (this.history.count > HISTORY_LIMIT) this.broken ??= historyTooLong();
    if (event.type === 'StateEntered') this.measure(event.state.input, event.state.name, 'its input');
    if (event.type === 'StateExited') this.measure(event.state.output ?? null, event.state.name, 'its output');
  }

  /** Measures one value of a state. */
  measure(value: Json, state: string, what: string): void {
    const bytes = stateBytes(value);
    this.largestStateBytes = Math.max(this.largestStateBytes, bytes);
    if (bytes > STATE_LIMIT_BYTES) this.broken ??= dataLimitExceeded(state, `${what} has ${bytes} bytes`);
  }
}
