import type { Queue } from './queue.ts';

/** Attributes of a dead letter, which the console shows and `objectferry redrive` prints. */
export const DEAD_LETTER = { reason: 'reason', rule: 'rule', messageId: 'messageId' } as const;

/** Why something in a message can never work, and under which rule; without one when no rule had a say. */
export interface DeadReason {
  readonly reason: string;
  readonly rule?: string | undefined;
}

/** Several sentences fit; nobody reads more in a console. */
const MAX_CHARACTERS = 1024;

/** Puts a message as it came, with what is wrong with it, where a person finds it. */
export async function bury(
  deadLetters: Queue,
  { messageId, body }: { readonly messageId: string; readonly body: string },
  reasons: readonly DeadReason[],
): Promise<void> {
  const rules = [...new Set(reasons.flatMap(({ rule }) => (rule === undefined ? [] : [rule])))];
  const attributes = {
    [DEAD_LETTER.reason]: attributeText([...new Set(reasons.map(({ reason }) => reason))].join(' ')),
    ...(rules.length === 0 ? {} : { [DEAD_LETTER.rule]: attributeText(rules.join(', ')) }),
    [DEAD_LETTER.messageId]: messageId,
  };
  await deadLetters.send(body, { attributes });
}

/**
 * SQS refuses the whole message over an empty attribute or one with a character that XML does not have.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function attributeText(text: string): string {
  const plain = text.toWellFormed().replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
  return [...plain].slice(0, MAX_CHARACTERS).join('') || 'unknown';
}
