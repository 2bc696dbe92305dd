import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { MAX_RECEIVES } from '@objectferry/shared/naming.ts';

/** A real SQS server on loopback with the queues of the stack; its clock can be put forward. */
export interface SqsServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Sends to the queue of events, ten at a time. */
  readonly send: (bodies: readonly string[]) => Promise<void>;
  /** How many messages a queue has: to be received, received and not deleted, and delayed. */
  readonly counts: (url: string) => Promise<QueueCounts>;
  /** Looks at all messages that can be received, which nobody else sees for a moment. */
  readonly peek: (url: string) => Promise<readonly Message[]>;
  /** Lets time pass at the server: delays and visibility timeouts end sooner. */
  readonly pass: (seconds: number) => Promise<void>;
}

interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

const SQS_REGION = 'eu-central-1';
const MOST_OF_A_BATCH = 10;

/** Starts it. @param visibilitySeconds how long a message that was received is hidden. */
export async function startSqsServer(visibilitySeconds: number): Promise<SqsServer> {
  const server = fork(fileURLToPath(import.meta.resolve('./sqs-process.ts')));
  const [address] = await once(server, 'message');
  const endpoint = String(address);
  const client = new SQSClient({
    endpoint,
    region: SQS_REGION,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  });
  const create = async (name: string, attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    // The server gives itself a name that only it knows.
    return endpoint + new URL(QueueUrl).pathname;
  };
  const deadLetterQueueUrl = await create('dead-letters', {});
  const deadLetterTargetArn = await attribute(client, deadLetterQueueUrl, 'QueueArn');
  const queueUrl = await create('events', {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MAX_RECEIVES }),
  });
  const pass = async (seconds: number): Promise<void> => {
    server.send(seconds);
    await once(server, 'message');
  };
  return {
    endpoint,
    region: SQS_REGION,
    client,
    queueUrl,
    deadLetterQueueUrl,
    send: async (bodies) => {
      for (let first = 0; first < bodies.length; first += MOST_OF_A_BATCH) {
        const batch = bodies.slice(first, first + MOST_OF_A_BATCH);
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        if (Failed.length > 0) throw new Error(`The server refused ${Failed[0]?.Message}.`);
      }
    },
    counts: async (url) => ({
      visible: Number(await attribute(client, url, 'ApproximateNumberOfMessages')),
      inFlight: Number(await attribute(client, url, 'ApproximateNumberOfMessagesNotVisible')),
      delayed: Number(await attribute(client, url, 'ApproximateNumberOfMessagesDelayed')),
    }),
    peek: async (url) => {
      const all: Message[] = [];
      for (let page = await receive(client, url); page.length > 0; page = await receive(client, url)) all.push(...page);
      await pass(PEEK_SECONDS);
      return all;
    },
    pass,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      const exit = once(server, 'exit');
      server.kill();
      await exit;
    },
  };
}

const PEEK_SECONDS = 20;

async function receive(client: SQSClient, url: string): Promise<readonly Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: MOST_OF_A_BATCH,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      VisibilityTimeout: PEEK_SECONDS,
    }),
  );
  return Messages;
}

type QueueAttribute =
  | 'QueueArn'
  | 'ApproximateNumberOfMessages'
  | 'ApproximateNumberOfMessagesNotVisible'
  | 'ApproximateNumberOfMessagesDelayed';

async function attribute(client: SQSClient, url: string, name: QueueAttribute): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [name] });
  return (await client.send(command)).Attributes?.[name] ?? '';
}
