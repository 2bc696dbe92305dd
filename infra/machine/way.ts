import { kept, STATES, type TaskName } from '@objectferry/shared/naming.ts';
import type { IResolvable } from 'aws-cdk-lib';
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
export function createWay(scope: Construct, props: WayProps): IChainable {
  const make = statesOf(scope, props);
  const initiate = make.task('Initiate', {
    comment: 'Pins the source, refuses what cannot work, plans, opens the upload.',
    payload: TaskInput.fromObject({ request: REQUEST, startedAt: STARTED_AT }),
  });
  const copyWhole = make.task('CopyWhole', {
    comment: 'Has the provider copy the object with one request.',
    payload: TaskInput.fromObject({ copy: field('copy'), request: REQUEST }),
  });
  // One item is a run of parts, not a part: an iteration costs 7 events, so 10,000 would need 70,000 of 25,000.
  // What did not fit into 15 minutes comes back from Complete as the spans of another round.
  const copyParts = make.spans(STATES.copyParts, {
    comment: 'Copies all spans, runs of parts, up to 40 at a time.',
    itemsPath: '$.spans',
    itemSelector: { copy: field('copy'), span: ITEM },
    each: 'CopySpan',
    eachComment: 'Copies the parts of one span that are not there yet.',
  });
  const complete = make.task('Complete', {
    comment: 'Checks every part, completes the upload, proves the object.',
    payload: fields('copy', 'reports', 'done'),
  });
  // Only where it was asked for and no checksum has proven the copy, because here the bytes come through the handlers.
  const verifyObject = make.spans(STATES.verifyObject, {
    comment: 'Reads both sides back, in runs of bytes, up to 40 at a time.',
    itemsPath: '$.byteSpans',
    itemSelector: { copy: field('copy'), destination: field('receipt.destination'), byteSpan: ITEM },
    each: 'VerifySpan',
    eachComment: 'Reads a run of bytes of both sides and compares them.',
  });
  const prove = make.task('Prove', {
    comment: 'Puts what was read back into the receipt.',
    payload: fields('copy', 'receipt', 'reports', 'read'),
  });

  const next = new Choice(scope, make.stateName(STATES.next))
    .when(Condition.stringEquals('$.strategy', 'whole'), copyWhole)
    .when(Condition.stringEquals('$.strategy', 'parts'), copyParts)
    .when(Condition.stringEquals('$.strategy', 'verify'), verifyObject)
    .when(Condition.stringEquals('$.strategy', 'finished'), props.succeeded);
  copyWhole.next(next);
  copyParts.next(complete).next(next);
  verifyObject.next(prove).next(next);
  return initiate.next(next);
}

/** A Map whose items are spans. */
interface SpansProps {
  readonly comment: string;
  readonly itemsPath: string;
  readonly itemSelector: Readonly<Record<string, IResolvable>>;
  /** The task of one item, which is given what the selector makes of it. */
  readonly each: TaskName;
  readonly eachComment: string;
}

/** Makes the states of one way: their names and what an error does are all that ways differ in. */
function statesOf(scope: Construct, { functions, onError }: WayProps) {
  const stateName = (state: string) => (onError === undefined ? kept(state) : state);
  const caught = <S extends MapState | LambdaInvoke>(state: S): S => {
    if (onError !== undefined) state.addCatch(onError, { resultPath: '$.error' });
    return state;
  };
  const task = (name: TaskName, props: Pick<TaskProps, 'payload' | 'comment'>) =>
    createTask(scope, name, { ...props, handler: functions[name], stateName: stateName(name) });
  const spans = (state: string, { each, eachComment, itemSelector, ...props }: SpansProps) => {
    const map = new MapState(scope, stateName(state), {
      ...props,
      itemSelector: { ...itemSelector },
      maxConcurrency: MAP_WIDTH,
      resultPath: '$.reports',
    });
    map.itemProcessor(task(each, { comment: eachComment, payload: TaskInput.fromJsonPathAt('$') }));
    return caught(map);
  };
  return {
    stateName,
    task: (...args: Parameters<typeof task>) => caught(task(...args)),
    spans,
  };
}

const ITEM = JsonPath.objectAt('$$.Map.Item.Value');

function field(name: string): IResolvable {
  return JsonPath.objectAt(`$.${name}`);
}

function fields(...names: readonly string[]): TaskInput {
  return TaskInput.fromObject(Object.fromEntries(names.map((name) => [name, field(name)])));
}
