import { kept, STATES, type TaskName } from '@objectferry/shared/naming.ts';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  type IChainable,
  JsonPath,
  Map as MapState,
  type State,
  type Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { createTask, type TaskProps } from './task.ts';

/** Where a way leads. */
export interface WayProps {
  readonly functions: Readonly<Record<TaskName, IFunction>>;
  readonly succeeded: Succeed;
  /** Where every error goes; without it an error ends the execution in its state, where a redrive can go on. */
  readonly onError?: State;
}

/** The most iterations of an inline Map that run at a time; wider is not available. */
const MAP_WIDTH = 40;

/** When the execution began; tells our uploads from others. */
export const STARTED_AT = JsonPath.stringAt('$$.Execution.StartTime');

// The request as it was given, from wherever in the machine.
const REQUEST = JsonPath.objectAt('$$.Execution.Input');

/** The story of a copy from Initiate to the receipt. */
export function createWay(scope: Construct, { functions, succeeded, onError }: WayProps): IChainable {
  const stateName = (state: string) => (onError === undefined ? kept(state) : state);
  const caught = <S extends MapState | LambdaInvoke>(state: S): S => {
    if (onError !== undefined) state.addCatch(onError, { resultPath: '$.error' });
    return state;
  };
  const task = (name: TaskName, props: Pick<TaskProps, 'payload' | 'comment'>) =>
    createTask(scope, name, { ...props, handler: functions[name], stateName: stateName(name) });

  const initiate = caught(
    task('Initiate', {
      comment: 'Pins the source, refuses what cannot work, plans, opens the upload.',
      payload: TaskInput.fromObject({ request: REQUEST, startedAt: STARTED_AT }),
    }),
  );
  const copyWhole = caught(
    task('CopyWhole', {
      comment: 'Has the provider copy the object with one request.',
      payload: TaskInput.fromObject({ copy: field('copy'), request: REQUEST }),
    }),
  );
  // One item is a run of parts, not a part: an iteration costs 7 events, so 10,000 would need 70,000 of 25,000.
  // What did not fit into 15 minutes comes back from Complete as the spans of another round.
  const copyParts = new MapState(scope, stateName(STATES.copyParts), {
    comment: 'Copies all spans, runs of parts, up to 40 at a time.',
    itemsPath: '$.spans',
    itemSelector: { copy: field('copy'), span: JsonPath.objectAt('$$.Map.Item.Value') },
    maxConcurrency: MAP_WIDTH,
    resultPath: '$.reports',
  });
  copyParts.itemProcessor(
    task('CopySpan', {
      comment: 'Copies the parts of one span that are not there yet.',
      payload: TaskInput.fromJsonPathAt('$'),
    }),
  );
  const complete = caught(
    task('Complete', {
      comment: 'Checks every part, completes the upload, proves the object.',
      payload: TaskInput.fromObject({ copy: field('copy'), reports: field('reports'), done: field('done') }),
    }),
  );

  const next = new Choice(scope, stateName(STATES.next))
    .when(Condition.stringEquals('$.strategy', 'whole'), copyWhole)
    .when(Condition.stringEquals('$.strategy', 'parts'), copyParts)
    .when(Condition.stringEquals('$.strategy', 'finished'), succeeded);
  copyWhole.next(next);
  caught(copyParts).next(complete).next(next);
  return initiate.next(next);
}

function field(name: string) {
  return JsonPath.objectAt(`$.${name}`);
}
