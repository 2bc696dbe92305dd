import { ENV, MACHINE_NAME } from '@objectferry/shared/naming.ts';
import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** What can be done with the machine, and with one of its executions. */
type MachineAction = 'StartExecution' | 'ListExecutions';
type ExecutionAction = 'DescribeExecution' | 'GetExecutionHistory' | 'RedriveExecution' | 'StopExecution';

/**
 * Lets a function do these things with the machine and its executions, and tells it which machine that is. Not by
 * CDK's grants, which add actions that no handler calls.
 */
export function grantExecutions(
  handler: LambdaFunction,
  machine: IStateMachine,
  actions: { readonly machine?: readonly MachineAction[]; readonly executions?: readonly ExecutionAction[] },
): void {
  handler.addEnvironment(ENV.machineArn, machine.stateMachineArn);
  if (actions.machine !== undefined) {
    handler.addToRolePolicy(
      new PolicyStatement({ actions: actions.machine.map(asAction), resources: [machine.stateMachineArn] }),
    );
  }
  if (actions.executions === undefined) return;
  const executions = Stack.of(handler).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${MACHINE_NAME}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  handler.addToRolePolicy(new PolicyStatement({ actions: actions.executions.map(asAction), resources: [executions] }));
  Validations.of(handler.role ?? handler).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${MACHINE_NAME}:*]`,
    reason: 'Executions get their names when they start; these are those of this machine.',
  });
}

function asAction(name: string): string {
  return `states:${name}`;
}
