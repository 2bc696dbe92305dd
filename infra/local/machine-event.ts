import type { StateMachine } from 'aws-local-stepfunctions';

/** One event of the engine, as it happens: a state entered, exited, failed, retried, caught; an iteration; the end. */
export type MachineEvent =
  ReturnType<StateMachine['run']>['eventLogs'] extends AsyncGenerator<infer Event> ? Event : never;
