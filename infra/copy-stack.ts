import type { TaskName } from '@objectferry/shared/naming.ts';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from './config.ts';
import { createCopyFunctions } from './copy-functions.ts';
import { CopyMachine } from './copy-machine.ts';
import { StoreAccess } from './store-access.ts';

/** Everything Objectferry has on AWS. */
export class CopyStack extends Stack {
  /** Exposed so that the local engine can tell which function a state invokes. */
  readonly functions: Readonly<Record<TaskName, IFunction>>;
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stores }: DeploymentConfig) {
    super(scope, id, { description: 'Objectferry: server-side copies between buckets of an object store' });
    this.functions = createCopyFunctions(this, new StoreAccess(this, 'StoreAccess', stores));
    this.machine = new CopyMachine(this, 'Copy', { functions: this.functions }).machine;

    new CfnOutput(this, 'MachineArn', {
      description: 'The state machine that copies an object',
      value: this.machine.stateMachineArn,
    });
    new CfnOutput(this, 'NextCommand', {
      description: 'Starts a copy; replace STORE, BUCKET and KEY',
      value: `aws stepfunctions start-execution --region ${this.region} --state-machine-arn ${this.machine.stateMachineArn} --input '{"source":"STORE://BUCKET/KEY","destination":"STORE://BUCKET/KEY"}'`,
    });
  }
}
