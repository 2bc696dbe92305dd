import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import { lambdaContext } from '../lambda-context.ts';

/** A handler of SQS messages that reports which of them failed. */
export type BatchHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** What Lambda's event source mapping is set to. */
export interface EventSource {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly region: string;
  readonly handler: BatchHandler;
}

/** What a poll came to. */
export interface Polled {
  readonly received: number;
  /** Messages that were not deleted. */
  readonly failed: number;
}

const BATCH = 10;

/**
 * Does once what Lambda's event source mapping does again and again: receives a batch, invokes the handler, and deletes
 * what did not fail. A handler that throws has failed for all of them.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function poll(source: EventSource, waitSeconds = 0): Promise<Polled> {
  const { client, queueUrl, handler, region } = source;
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: BATCH,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  if (Messages.length === 0) return { received: 0, failed: 0 };
  const records = Messages.map((message) => recordOf(message, region));
  const failed = await failedOf(handler, { Records: records });
  const done = records.filter(({ messageId }) => !failed.has(messageId));
  if (done.length > 0) {
    const Entries = done.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
  return { received: records.length, failed: records.length - done.length };
}

async function failedOf(handler: BatchHandler, event: SQSEvent): Promise<ReadonlySet<string>> {
  try {
    const { batchItemFailures } = await handler(event, lambdaContext('intake', 60_000));
    return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  } catch {
    return new Set(event.Records.map(({ messageId }) => messageId));
  }
}

/** A message as Lambda hands it on. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf(message: Message, awsRegion: string): SQSRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '', MessageAttributes = {} } = message;
  const { ApproximateReceiveCount = '', SentTimestamp = '', SenderId = '' } = message.Attributes ?? {};
  const { ApproximateFirstReceiveTimestamp = '' } = message.Attributes ?? {};
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ApproximateReceiveCount, SentTimestamp, SenderId, ApproximateFirstReceiveTimestamp },
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, value]) => [name, attributeOf(value)]),
    ),
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${awsRegion}:000000000000:events`,
    awsRegion,
  };
}

function attributeOf({ StringValue, DataType = 'String' }: MessageAttributeValue): SQSMessageAttribute {
  return { ...(StringValue === undefined ? {} : { stringValue: StringValue }), dataType: DataType };
}
