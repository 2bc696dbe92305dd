import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';

/** A real SQS server on loopback, with one queue. */
export interface PushQueue extends AsyncDisposable {
  readonly endpoint: string;
  readonly url: string;
  readonly client: SQSClient;
  /** Takes all messages out of the queue. */
  readonly take: () => Promise<readonly string[]>;
}

export async function startPushQueue(): Promise<PushQueue> {
  const server = buildApp({ logger: false });
  const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = new SQSClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 2,
  });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'events' }));
  // The server gives itself a name that only it knows.
  const url = endpoint + new URL(QueueUrl).pathname;
  const takeOne = async (): Promise<readonly string[]> => {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
    for (const { ReceiptHandle } of Messages) {
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
    return Messages.map(({ Body = '' }) => Body);
  };
  return {
    endpoint,
    url,
    client,
    take: async () => {
      const all: string[] = [];
      for (let page = await takeOne(); page.length > 0; page = await takeOne()) all.push(...page);
      return all;
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await server.close();
    },
  };
}
