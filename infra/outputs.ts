import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { CopyApi } from './copy-api.ts';
import type { CopyEvents } from './copy-events.ts';
import type { Dashboard } from './dashboard.ts';

/** What a person needs after `cdk deploy`. */
interface OutputsProps {
  readonly machine: IStateMachine;
  readonly dashboard: Dashboard;
  readonly api?: CopyApi | undefined;
  /** The API again where it takes pushes of other clouds; it may do that and nothing else. */
  readonly pushes?: CopyApi | undefined;
  readonly events?: CopyEvents | undefined;
}

/** Prints, at the end of a deployment, where everything is and what to do next. */
export function addOutputs(stack: Stack, { machine, dashboard, api, pushes, events }: OutputsProps): void {
  const add = (id: string, description: string, value: string) => new CfnOutput(stack, id, { description, value });
  add('MachineArn', 'The state machine that copies an object', machine.stateMachineArn);
  add(
    'NextCommand',
    'Starts a copy; replace STORE, BUCKET and KEY',
    `aws stepfunctions start-execution --region ${stack.region} --state-machine-arn ${machine.stateMachineArn} --input '{"source":"STORE://BUCKET/KEY","destination":"STORE://BUCKET/KEY"}'`,
  );
  add('DashboardUrl', 'How it goes', dashboard.url);
  if (api !== undefined) {
    add('ApiUrl', 'The API', api.url);
    add(
      'NextApiCommand',
      'Starts a copy through the API and follows it; replace STORE, BUCKET and KEY',
      `npx objectferry copy --endpoint ${api.url} STORE://BUCKET/KEY STORE://BUCKET/KEY`,
    );
  }
  if (pushes !== undefined) {
    add('PushUrl', 'Where other clouds push their events; replace PROVIDER', `${pushes.url}/events/PROVIDER`);
  }
  if (events === undefined) return;
  add('QueueUrl', 'Where notifications of new objects go', events.queues.queue.queueUrl);
  add('QueueArn', 'The same, for the notification settings of a bucket', events.queues.queue.queueArn);
  add(
    'DeadLetterQueueUrl',
    'Events that no try could help; `objectferry redrive` sends them back',
    events.queues.deadLetters.queueUrl,
  );
}
