import type { TaskName } from '@objectferry/shared/naming.ts';
import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { JsonPath, type TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { HANDLERS } from '../copy-functions.ts';
import { retriesFor } from './retries.ts';

/** What a task state needs besides its task's name. */
export interface TaskProps {
  readonly handler: IFunction;
  readonly payload: TaskInput;
  /** What the state does, for whoever looks at it in the console. */
  readonly comment: string;
  /** The state's name where it is not the task's. */
  readonly stateName?: string;
}

// A function ends itself at its own timeout and says so; a task's timeout is for an answer that never arrives.
const ANSWER_MARGIN_SECONDS = 60;

/** One state of the machine that is an invocation of a task's function. */
export function createTask(
  scope: Construct,
  name: TaskName,
  { handler, payload, comment, stateName }: TaskProps,
): LambdaInvoke {
  const invoke = LambdaInvoke.jsonPath(scope, stateName ?? name, {
    lambdaFunction: handler,
    payload,
    comment,
    // A handler's answer is the next state, and nothing of Lambda's own. Abort's answer is for the log only.
    ...(name === 'Abort' ? { resultPath: JsonPath.DISCARD } : { outputPath: '$.Payload' }),
    taskTimeout: Timeout.duration(Duration.seconds(HANDLERS[name].timeoutSeconds + ANSWER_MARGIN_SECONDS)),
    // CDK's own list would stand before ours.
    retryOnServiceExceptions: false,
  });
  for (const retry of retriesFor(name)) invoke.addRetry(retry);
  return invoke;
}
