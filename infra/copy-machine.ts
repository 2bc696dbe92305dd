import { MACHINE_NAME, STATES, type TaskName } from '@objectferry/shared/naming.ts';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnFunction, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  JsonPath,
  LogLevel,
  Map as MapState,
  Pass,
  StateMachine,
  Succeed,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { HANDLERS } from './copy-functions.ts';
import { retriesFor } from './machine/retries.ts';

/** The functions that the machine's tasks invoke. */
export interface CopyMachineProps {
  readonly functions: Readonly<Record<TaskName, IFunction>>;
}

/** The most iterations of an inline Map that run at a time; wider is not available. */
const MAP_WIDTH = 40;

// A function ends itself at its own timeout and says so; a task's timeout is for an answer that never arrives.
const ANSWER_MARGIN_SECONDS = 60;

// Two limits meet here. Time: 10,000 parts of 5 GiB, one request in flight, two minutes each (44 MiB/s), are
// 1,200,000 s = 13.9 days. Events: with one span a round of 15 minutes costs 18 events (Map 4 + iteration 7 +
// Complete 5 + Choice 2), so 14 days are 1,344 rounds = 24,192 of 25,000 events. With 40 spans a round costs 291
// events, and 85 rounds or 21 hours are there: 5 minutes for each part at one request in flight per span.
const LONGEST_COPY = Duration.days(14);

const COMMENT = [
  'Copies one object between buckets of an object store without moving its bytes through this account.',
  'Input: { "source": "store://bucket/key", "destination": "store://bucket/key" } with names of the stores file and',
  'keys percent-encoded; optional: "options", for example { "overwrite": "never", "maxInFlight": 100 }.',
  'Output: the receipt. An execution that fails says why in its cause and leaves no upload behind.',
].join(' ');

// The request as it was given, from wherever in the machine; and the start, which tells our uploads from others.
const EXECUTION = {
  request: JsonPath.objectAt('$$.Execution.Input'),
  startedAt: JsonPath.stringAt('$$.Execution.StartTime'),
};

/**
 * The state machine `CopyObject`. Events of a copy with 40 spans: ExecutionStarted 1 + Start 2 + Initiate 5 +
 * Choice 2 + Map 4 + 40 x 7 + Complete 5 + Choice 2 + Succeeded 2 + ExecutionSucceeded 1 = 304.
 */
export class CopyMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { functions }: CopyMachineProps) {
    super(scope, id);
    const task = (name: TaskName, payload: TaskInput) => createTask(this, name, functions[name], payload);

    // The ways out. Abort adds nothing to the state, not even by failing: what is reported is the first error.
    const succeeded = new Succeed(this, STATES.succeeded, { outputPath: '$.receipt' });
    const failed = new Fail(this, STATES.failed, { errorPath: '$.error.Error', causePath: '$.error.Cause' });
    const abort = task(
      'Abort',
      TaskInput.fromObject({ state: JsonPath.entirePayload, startedAt: EXECUTION.startedAt }),
    );
    abort.addCatch(failed, { resultPath: '$.abortError' }).next(failed);
    const onError = { resultPath: '$.error' };

    // An input of any shape becomes one field of an object: Catch can put `error` beside it even when the input is
    // a text, and a `copy` that somebody wrote into the input is never taken for what Initiate pinned.
    const start = new Pass(this, STATES.start, { parameters: { request: JsonPath.entirePayload } });

    const initiate = task('Initiate', TaskInput.fromObject(EXECUTION)).addCatch(abort, onError);

    const copyWhole = task('CopyWhole', TaskInput.fromObject({ copy: field('copy'), request: EXECUTION.request }));
    copyWhole.addCatch(abort, onError);

    // One item is a run of parts, not a part: an iteration costs 7 events, so 10,000 would need 70,000 of 25,000.
    // What did not fit into 15 minutes comes back from Complete as the spans of another round.
    const copySpan = task('CopySpan', TaskInput.fromJsonPathAt('$'));
    const copyParts = new MapState(this, STATES.copyParts, {
      itemsPath: '$.spans',
      itemSelector: { copy: field('copy'), span: JsonPath.objectAt('$$.Map.Item.Value') },
      maxConcurrency: MAP_WIDTH,
      resultPath: '$.reports',
    });
    copyParts.itemProcessor(copySpan).addCatch(abort, onError);

    const complete = task(
      'Complete',
      TaskInput.fromObject({ copy: field('copy'), reports: field('reports'), done: field('done') }),
    ).addCatch(abort, onError);

    const next = new Choice(this, STATES.next)
      .when(Condition.stringEquals('$.strategy', 'whole'), copyWhole)
      .when(Condition.stringEquals('$.strategy', 'parts'), copyParts)
      .when(Condition.stringEquals('$.strategy', 'finished'), succeeded);
    start.next(initiate).next(next);
    copyWhole.next(next);
    copyParts.next(complete).next(next);

    this.machine = createMachine(this, DefinitionBody.fromChainable(start));
    acknowledgePermissions(this.machine, Object.values(functions));
  }
}

function createTask(scope: Construct, name: TaskName, handler: IFunction, payload: TaskInput): LambdaInvoke {
  const invoke = LambdaInvoke.jsonPath(scope, name, {
    lambdaFunction: handler,
    payload,
    // A handler's answer is the next state, and nothing of Lambda's own. Abort's answer is for the log only.
    ...(name === 'Abort' ? { resultPath: JsonPath.DISCARD } : { outputPath: '$.Payload' }),
    taskTimeout: Timeout.duration(Duration.seconds(HANDLERS[name].timeoutSeconds + ANSWER_MARGIN_SECONDS)),
    // CDK's own list would stand before ours.
    retryOnServiceExceptions: false,
  });
  for (const retry of retriesFor(name)) invoke.addRetry(retry);
  return invoke;
}

function createMachine(scope: Construct, definitionBody: DefinitionBody): StateMachine {
  return new StateMachine(scope, 'Machine', {
    stateMachineName: MACHINE_NAME,
    comment: COMMENT,
    definitionBody,
    timeout: LONGEST_COPY,
    tracingEnabled: true,
    logs: {
      destination: new LogGroup(scope, 'Log', {
        retention: RetentionDays.THREE_MONTHS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      level: LogLevel.ALL,
      // Keys and metadata of customers' objects stay in the execution's history, which has its own permissions.
      includeExecutionData: false,
    },
  });
}

function acknowledgePermissions(machine: StateMachine, functions: readonly IFunction[]): void {
  const names = functions.map(({ node, stack }) =>
    node.defaultChild instanceof CfnFunction ? stack.getLogicalId(node.defaultChild) : node.id,
  );
  Validations.of(machine).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and traces to X-Ray have no resource to name.',
    },
    ...names.map((name) => ({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${name}.Arn>:*]`,
      reason: 'CDK lets a task invoke the versions of its function too; there are none but the one.',
    })),
  );
}

function field(name: string) {
  return JsonPath.objectAt(`$.${name}`);
}
