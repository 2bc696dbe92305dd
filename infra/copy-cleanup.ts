import { ENV } from '@objectferry/shared/naming.ts';
import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { grantExecutions } from './execution-access.ts';
import { createService, type ServiceProps } from './service-functions.ts';
import type { StoreAccess } from './store-access.ts';

/** What cleaning up needs from the rest of the stack. */
export interface CopyCleanUpProps extends ServiceProps {
  readonly machine: IStateMachine;
  readonly access: StoreAccess;
  /** Age in hours from which the sweep also aborts uploads that nobody here opened; never by default. */
  readonly unknownOlderThanHours?: number | undefined;
}

// Early, when few copies run; not on the hour, when everybody's jobs begin.
const DAILY = Schedule.cron({ hour: '3', minute: '17' });

/** Sees to it that no execution leaves an upload behind, however it ended. */
export class CopyCleanUp extends Construct {
  readonly cleanUp: LambdaFunction;
  readonly sweep: LambdaFunction;
  /** Executions whose clean-up failed in spite of every try; the sweep looks at them again. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: CopyCleanUpProps) {
    super(scope, id);
    this.failures = this.#createFailures();
    this.cleanUp = createService(scope, 'CleanUp', props);
    props.access.grantTo(this.cleanUp);
    grantExecutions(this.cleanUp, props.machine, { executions: ['DescribeExecution', 'GetExecutionHistory'] });
    this.#reportFailuresOf(this.cleanUp);
    new Rule(this, 'Ended', {
      description: 'Executions of CopyObject that ended without a receipt',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [props.machine.stateMachineArn], status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
      },
      targets: [
        new FunctionTarget(this.cleanUp, {
          deadLetterQueue: this.failures,
          // The most that EventBridge does.
          maxEventAge: Duration.days(1),
          retryAttempts: 185,
        }),
      ],
    });

    this.sweep = createService(scope, 'Sweep', props);
    props.access.grantTo(this.sweep);
    grantExecutions(this.sweep, props.machine, {
      machine: ['ListExecutions'],
      executions: ['DescribeExecution', 'GetExecutionHistory'],
    });
    if (props.unknownOlderThanHours !== undefined) {
      this.sweep.addEnvironment(ENV.sweepUnknownOlderThan, String(props.unknownOlderThanHours));
    }
    new Rule(this, 'Daily', {
      description: 'The daily sweep for uploads that were left behind',
      schedule: DAILY,
      // Tomorrow is another sweep.
      targets: [new FunctionTarget(this.sweep, { retryAttempts: 2 })],
    });
  }

  #createFailures(): Queue {
    const failures = new Queue(this, 'Failures', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
    });
    Validations.of(failures).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'It is itself where the events go whose clean-up failed; nothing consumes it.',
    });
    return failures;
  }

  /** EventBridge hands an event over and is done; what fails afterwards, Lambda has to report. */
  #reportFailuresOf(handler: LambdaFunction): void {
    handler.configureAsyncInvoke({
      // After one and two minutes; the most that Lambda does by itself.
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
    });
    handler.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failures.queueArn] }));
  }
}
