import { ENV } from '@objectferry/shared/naming.ts';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { EventQueues } from './event-queues.ts';
import type { EventsFile } from './events-file.ts';
import { grantExecutions } from './execution-access.ts';
import { ParameterFile } from './parameter-file.ts';
import { grantSecrets } from './secret-access.ts';
import { createService, type ServiceProps } from './service-functions.ts';
import type { StoreAccess } from './store-access.ts';

/** What events need from the rest of the stack. */
export interface CopyEventsProps extends ServiceProps {
  readonly file: EventsFile;
  readonly machine: IStateMachine;
  readonly access: StoreAccess;
  readonly maxRunningCopies: number;
  readonly queueKeyArn?: string | undefined;
}

// Each batch counts the running copies for itself, so n batches at a time may start n - 1 batches too many: the fewest
// that AWS takes. Two batches of ten, a second each, are 20 copies a second.
const BATCHES_AT_A_TIME = 2;
const EVENTS_IN_A_BATCH = 10;

/** "Created here, copy there": the queue of object-created events, who may send to it, and what takes from it. */
export class CopyEvents extends Construct {
  readonly queues: EventQueues;
  readonly intake: LambdaFunction;
  /** Takes pushes; absent when no rule wants any. */
  readonly receive: LambdaFunction | undefined;

  constructor(scope: Construct, id: string, props: CopyEventsProps) {
    super(scope, id);
    const { file, machine, access, maxRunningCopies, queueKeyArn } = props;
    this.queues = new EventQueues(this, 'Queues', { buckets: file.buckets, topics: file.topics, keyArn: queueKeyArn });
    const rules = new ParameterFile(this, 'Rules', {
      text: file.json,
      description:
        'What is copied when it was created, as JSON. Made from events.yaml beside cdk.json or from -c eventsFile=PATH; events.example.yaml documents every field.',
    });

    this.intake = createService(scope, 'Intake', props);
    access.grantTo(this.intake);
    rules.grantTo(this.intake, ENV.rulesParameter);
    grantExecutions(this.intake, machine, {
      machine: ['StartExecution', 'ListExecutions'],
      executions: ['DescribeExecution'],
    });
    this.intake.addEnvironment(ENV.maxRunningCopies, String(maxRunningCopies));
    this.queues.grantSend(this.intake);
    this.queues.grantSendDead(this.intake);
    this.#consume();

    this.receive = file.pushes ? createService(scope, 'Receive', props) : undefined;
    if (this.receive === undefined) return;
    access.grantNamesTo(this.receive);
    rules.grantTo(this.receive, ENV.rulesParameter);
    grantSecrets(this.receive, file.secretIds);
    this.#pinCertificates(this.receive, file);
    this.queues.grantSend(this.receive);
  }

  #pinCertificates(receive: LambdaFunction, { pinnedCertificates }: EventsFile): void {
    if (pinnedCertificates === undefined) return;
    const file = new ParameterFile(this, 'PinnedCertificates', {
      text: pinnedCertificates,
      description: 'Certificates in PEM that pushes of SMN have to be signed by.',
    });
    file.grantTo(receive, ENV.pinnedCertificatesParameter);
  }

  #consume(): void {
    const { queueArn } = this.queues.queue;
    const permission = Grant.addToPrincipal({
      grantee: this.intake,
      // What the event source itself calls; CDK's grant has two more.
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resourceArns: [queueArn],
    });
    const mapping = new EventSourceMapping(this, 'Consumer', {
      target: this.intake,
      eventSourceArn: queueArn,
      batchSize: EVENTS_IN_A_BATCH,
      maxConcurrency: BATCHES_AT_A_TIME,
      // One event that fails must not bring back the nine that did not.
      reportBatchItemFailures: true,
    });
    // Lambda refuses a mapping whose role may not receive yet.
    permission.applyBefore(mapping);
  }
}
