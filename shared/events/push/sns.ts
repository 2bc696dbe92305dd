import * as v from 'valibot';
import type { Believed } from './believed.ts';
import { Line, readJson } from './body.ts';
import { MIN_KEY_BITS, usableKey } from './certificate.ts';
import { certificateAddress } from './certificate-address.ts';
import { requireFresh } from './freshness.ts';
import type { PushRequest } from './push-request.ts';
import { Refusal, unproven } from './refusal.ts';
import { isSignedBy, looksSigned } from './rsa.ts';
import { type PushParts, requireTopic } from './senders.ts';

/**
 * What Amazon SNS posts to an HTTPS subscription. Only these fields are signed; what a rule depends on is among them.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
const SnsMessage = v.object({
  Type: v.picklist(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: Line,
  TopicArn: Line,
  Message: v.string(),
  Subject: v.nullish(v.string()),
  Timestamp: Line,
  SignatureVersion: Line,
  Signature: Line,
  SigningCertURL: Line,
  SubscribeURL: v.optional(Line),
  Token: v.optional(Line),
});
type SnsMessage = v.InferOutput<typeof SnsMessage>;

const HASHES: ReadonlyMap<string, 'sha1' | 'sha256'> = new Map([
  ['1', 'sha1'],
  ['2', 'sha256'],
]);
const TOPIC = /^arn:aws(?<partition>-cn|-us-gov)?:sns:(?<region>[a-z0-9-]{1,40}):\d{12}:[\w.-]{1,256}$/;

/**
 * Believes a message of Amazon SNS: of a topic that a rule names, signed by SNS of the topic's region, at most 15
 * minutes old. SNS writes the time of publication, also when it tries again, so what it could not deliver for longer is
 * lost to us and goes to the subscription's dead-letter queue.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 * @throws Refusal
 */
export async function believeSns({ headers, body }: PushRequest, parts: PushParts): Promise<Believed> {
  const message = readJson(SnsMessage, body, 'Amazon SNS');
  requireTopic(parts.rules, (topic) => topic === message.TopicArn);
  const topic = TOPIC.exec(message.TopicArn)?.groups;
  const hash = HASHES.get(message.SignatureVersion);
  if (topic === undefined || hash === undefined || !looksSigned(message.Signature)) throw unproven();
  requireSame(headers['x-amz-sns-message-type'], message.Type);
  requireSame(headers['x-amz-sns-topic-arn'], message.TopicArn);
  requireFresh(new Date(message.Timestamp), parts.now());
  const certificate = await parts.certificates(certificateAddress('sns', message.SigningCertURL, topic['region']));
  const key = usableKey(certificate, parts.now(), MIN_KEY_BITS);
  if (!isSignedBy(key, hash, signedText(message), message.Signature)) throw unproven();
  return meaningOf(message, `sns.${topic['region']}.amazonaws.com${topic['partition'] === '-cn' ? '.cn' : ''}`);
}

function meaningOf({ Type, TopicArn, Token, Message }: SnsMessage, host: string): Believed {
  if (Type === 'Notification') return { kind: 'message', origin: { kind: 'topic', topic: TopicArn }, text: Message };
  if (Type === 'UnsubscribeConfirmation') {
    return { kind: 'nothing', reason: `Somebody ended the subscription to ${TopicArn}: no more messages come.` };
  }
  if (Token === undefined) throw new Refusal(400, 'The confirmation has no token: send it as the service wrote it.');
  // Built from the signed parts instead of taken from SubscribeURL: it can lead nowhere else.
  const query = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn, Token });
  return { kind: 'confirmation', topic: TopicArn, address: { origin: `https://${host}`, target: `/?${query}` } };
}

/**
 * Names and values, a line each. No message can be read as another one: what reaches over its line would have to be the
 * topic, which is compared as a whole, or the type, which is one of three.
 */
function signedText(message: SnsMessage): string {
  const { Message, MessageId, SubscribeURL, Subject, Timestamp, Token, TopicArn, Type } = message;
  const fields =
    Type === 'Notification'
      ? { Message, MessageId, Subject, Timestamp, TopicArn, Type }
      : { Message, MessageId, SubscribeURL, Timestamp, Token, TopicArn, Type };
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

/** Headers are not signed, but SNS never contradicts itself. */
function requireSame(header: string | undefined, field: string): void {
  if (header !== undefined && header !== field) throw unproven();
}
