import { MACHINE_NAME, STATES, type TaskName } from '@objectferry/shared/naming.ts';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnFunction, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  JsonPath,
  LogLevel,
  Pass,
  StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { createTask } from './machine/task.ts';
import { createWay, STARTED_AT } from './machine/way.ts';

/** The functions that the machine's tasks invoke. */
export interface CopyMachineProps {
  readonly functions: Readonly<Record<TaskName, IFunction>>;
  readonly logRetention: RetentionDays;
}

// Two limits meet here. Time: 10,000 parts of 5 GiB, one request in flight, two minutes each (44 MiB/s), are
// 1,200,000 s = 13.9 days. Events: with one span a round of 15 minutes costs 18 events (Map 4 + iteration 7 +
// Complete 5 + Choice 2), so 14 days are 1,344 rounds = 24,192 of 25,000 events. With 40 spans a round costs 291
// events, and 85 rounds or 21 hours are there: 5 minutes for each part at one request in flight per span. Reading back
// has rounds of the same size: 40 TB at 37 MB/s of each side and span take 30 of them, or 7.5 hours.
const LONGEST_COPY = Duration.days(14);

const COMMENT = [
  'Copies one object between buckets of an object store without moving its bytes through this account.',
  'Input: { "source": "store://bucket/key", "destination": "store://bucket/key" } with names of the stores file and',
  'keys percent-encoded; optional: "options", for example { "overwrite": "never", "maxInFlight": 100 }.',
  'Output: the receipt. An execution that fails says why in its cause and leaves no upload behind; with the option',
  '"onFailure": "keep" it leaves the parts, and a redrive goes on with what is missing.',
].join(' ');

/**
 * The state machine `CopyObject`. Events of a copy with 40 spans: ExecutionStarted 1 + Start 2 + Choice 2 + Initiate 5
 * + Choice 2 + Map 4 + 40 x 7 + Complete 5 + Choice 2 + Succeeded 2 + ExecutionSucceeded 1 = 306.
 */
export class CopyMachine extends Construct {
  readonly machine: StateMachine;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { functions, logRetention }: CopyMachineProps) {
    super(scope, id);

    // The ways out. Abort adds nothing to the state, not even by failing: what is reported is the first error.
    const succeeded = new Succeed(this, STATES.succeeded, {
      outputPath: '$.receipt',
      comment: 'The copy is complete and proven: the output is its receipt.',
    });
    const failed = new Fail(this, STATES.failed, {
      errorPath: '$.error.Error',
      causePath: '$.error.Cause',
      comment: 'Nothing is left behind, so there is nothing to redrive: start the copy again.',
    });
    const abort = createTask(this, 'Abort', {
      handler: functions.Abort,
      comment: 'Aborts the upload, until the provider says that it is gone.',
      payload: TaskInput.fromObject({ state: JsonPath.entirePayload, startedAt: STARTED_AT }),
    });
    abort.addCatch(failed, { resultPath: '$.abortError' }).next(failed);

    // Two ways with the same states, because a Catch can have no condition, and a redrive of an execution that ended
    // in a Fail state enters that state and fails again: parts that were kept could never be gone on with.
    // https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    const aborting = createWay(this, { functions, succeeded, onError: abort });
    const keeping = createWay(this, { functions, succeeded });

    // An input of any shape becomes one field of an object: Catch can put `error` beside it even when the input is
    // a text, and a `copy` that somebody wrote into the input is never taken for what Initiate pinned.
    const start = new Pass(this, STATES.start, { parameters: { request: JsonPath.entirePayload } });
    // What is absent may only be asked for its presence; what is not `keep` is for Initiate to judge.
    const keep = Condition.and(Condition.isPresent(ON_FAILURE), Condition.stringEquals(ON_FAILURE, 'keep'));
    const way = new Choice(this, STATES.way).when(keep, keeping).otherwise(aborting);

    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.machine = createMachine(this, DefinitionBody.fromChainable(start.next(way)), this.logGroup);
    acknowledgePermissions(this.machine, Object.values(functions));
  }
}

const ON_FAILURE = '$.request.options.onFailure';

function createMachine(scope: Construct, definitionBody: DefinitionBody, destination: LogGroup): StateMachine {
  return new StateMachine(scope, 'Machine', {
    stateMachineName: MACHINE_NAME,
    comment: COMMENT,
    definitionBody,
    timeout: LONGEST_COPY,
    tracingEnabled: true,
    logs: {
      destination,
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
