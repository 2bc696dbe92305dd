import { type MessageAttributeValue, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { MAX_MESSAGE_BYTES } from '@objectferry/shared/events/message-size.ts';

/** What a message may have besides its text. */
interface SendOptions {
  /** Seconds for which nobody receives it, at most 900. */
  readonly delaySeconds?: number | undefined;
  /** Short texts beside the message, the most important first: one for which there is no room is left out. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** A queue of messages, of which each is delivered at least once. */
export interface Queue {
  /** Resolves when the message is safe. */
  send(body: string, options?: SendOptions): Promise<void>;
}

const TYPE = 'String';

/** A queue of SQS. The client tries again by itself. */
export function createSqsQueue(client: SQSClient, url: string): Queue {
  return {
    send: async (body, { delaySeconds, attributes = {} } = {}) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: body,
          DelaySeconds: delaySeconds,
          MessageAttributes: fitting(body, attributes),
        }),
      );
    },
  };
}

/** Names, types and texts of attributes count as the message does. */
function fitting(body: string, attributes: Readonly<Record<string, string>>): Record<string, MessageAttributeValue> {
  let room = MAX_MESSAGE_BYTES - Buffer.byteLength(body);
  const fit: Record<string, MessageAttributeValue> = {};
  for (const [name, text] of Object.entries(attributes)) {
    const bytes = Buffer.byteLength(`${name}${TYPE}${text}`);
    if (bytes > room) continue;
    room -= bytes;
    fit[name] = { DataType: TYPE, StringValue: text };
  }
  return fit;
}
