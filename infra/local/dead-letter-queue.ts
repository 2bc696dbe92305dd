import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ListDeadLetterSourceQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CopyError } from '@objectferry/shared/errors.ts';
import { DEAD_LETTER } from '#functions/dead-letters.ts';
import { quoted } from '../../shared/quoted.ts';

/** A message that no try could help. */
export interface DeadLetter {
  /** Of this message, not of the one that it was. */
  readonly id: string;
  readonly body: string;
  readonly receipt: string;
  /** When it came here. */
  readonly sentAt: Date;
  readonly reason: string;
  readonly rule?: string | undefined;
  /** The id that it had in the queue it came from. */
  readonly formerId: string;
}

/** Dead letters of SQS, and the queue they go back to. */
export interface DeadLetterQueue {
  /** Up to ten, which nobody else sees for two minutes; none when there are no more. */
  receive(): Promise<readonly DeadLetter[]>;
  /** @returns the new message's id. */
  sendBack(letter: DeadLetter): Promise<string>;
  remove(letter: DeadLetter): Promise<void>;
  /** Lets others see it again. */
  release(letter: DeadLetter): Promise<void>;
}

const HIDDEN_SECONDS = 120;
/** Asks all servers of SQS, so that nothing received means nothing there. */
const WAIT_SECONDS = 1;
/** What EventBridge writes beside an event that it could not deliver. */
const EVENTBRIDGE_ERROR = 'ERROR_MESSAGE';

/** Opens both queues by their addresses. */
export function openDeadLetterQueue(url: string, to: string): DeadLetterQueue {
  const from = clientOf(url);
  const target = clientOf(to);
  return {
    receive: async () => {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: WAIT_SECONDS,
        VisibilityTimeout: HIDDEN_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      const { Messages = [] } = await told(() => from.send(command));
      return Messages.map(letterOf);
    },
    // Nothing but the text: what stands beside it is about the try that failed.
    sendBack: async ({ body }) => {
      const command = new SendMessageCommand({ QueueUrl: to, MessageBody: body });
      return (await told(() => target.send(command))).MessageId ?? '';
    },
    remove: async ({ receipt }) => {
      await told(() => from.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt })));
    },
    release: async ({ receipt }) => {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receipt,
        VisibilityTimeout: 0,
      });
      await told(() => from.send(command));
    },
  };
}

/**
 * The queue whose dead letters lie in this one.
 *
 * @throws CopyError InvalidRequest when there is not exactly one.
 */
export async function sourceQueueOf(url: string): Promise<string> {
  const { queueUrls = [] } = await told(() =>
    clientOf(url).send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: url })),
  );
  const [only, ...others] = queueUrls;
  if (only !== undefined && others.length === 0) return only;
  throw new CopyError(
    'InvalidRequest',
    `${queueUrls.length === 0 ? 'No queue has' : `${queueUrls.length} queues have`} their dead letters there: name the queue to send to with --to.`,
  );
}

/** The host of a queue's address says where it is; on another host, the environment does. */
function clientOf(url: string): SQSClient {
  const { origin, hostname } = addressOf(url);
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1];
  return new SQSClient(region === undefined ? { endpoint: origin } : { region });
}

function addressOf(url: string): URL {
  const address = URL.parse(url);
  if (address !== null && /^https?:$/.test(address.protocol) && address.pathname.length > 1) return address;
  throw new CopyError(
    'InvalidRequest',
    `${quoted(url)} is not the address of a queue: give it as the stack printed it, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.`,
  );
}

function letterOf({
  MessageId = '',
  Body = '',
  ReceiptHandle = '',
  Attributes = {},
  MessageAttributes = {},
}: Message): DeadLetter {
  const text = (name: string) => MessageAttributes[name]?.StringValue;
  const unknown = 'No reason is given: every try ended without an answer, see the log of the function Intake.';
  return {
    id: MessageId,
    body: Body,
    receipt: ReceiptHandle,
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)),
    reason: text(DEAD_LETTER.reason) ?? text(EVENTBRIDGE_ERROR) ?? unknown,
    rule: text(DEAD_LETTER.rule),
    // SQS itself keeps the id when it moves a message.
    formerId: text(DEAD_LETTER.messageId) ?? MessageId,
  };
}

const DENIED =
  'these credentials may not do that, they need sqs:ListDeadLetterSourceQueues, sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility at the dead letters, and sqs:SendMessage at the other queue';
const NO_REGION = "the queue's address names no region, set AWS_REGION";
const ADVICE: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'there is no such queue, check its address and region',
  AccessDenied: DENIED,
  AccessDeniedException: DENIED,
  CredentialsProviderError: 'there are no AWS credentials, set AWS_PROFILE or log in with the AWS command line',
};

async function told<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const lost = 'code' in error && /^E[A-Z]+$/.test(String(error.code));
    const advice = ADVICE[error.name] ?? (/^Region is missing/.test(error.message) ? NO_REGION : error.message);
    throw new CopyError(lost ? 'ConnectionLost' : 'InvalidConfig', `SQS cannot be asked: ${advice}.`, { cause: error });
  }
}
