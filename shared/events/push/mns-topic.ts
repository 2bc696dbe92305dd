import * as v from 'valibot';
import { parseXml } from '../../http/xml.ts';
import { textOf } from './body.ts';
import type { PushRequest } from './push-request.ts';
import { Refusal } from './refusal.ts';

/** A topic of Simple Message Queue (formerly MNS). A message names its owner and name, but not its region. */
export interface MnsTopic {
  /** The account's id. */
  readonly owner: string;
  readonly name: string;
}

const Notification = v.object({
  TopicOwner: v.pipe(v.string(), v.regex(/^\d{1,32}$/)),
  TopicName: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,255}$/)),
});

/** A topic as a rule names it: `acs:mns:cn-hangzhou:1234567890:/topics/name`, with or without the slash. */
export function isMnsTopic(text: string, { owner, name }: MnsTopic): boolean {
  const named = /^acs:mns:[a-z0-9-]*:(\d{1,32}):\/?topics\/([A-Za-z0-9-]{1,255})$/.exec(text);
  return named?.[1] === owner && named[2] === name;
}

/**
 * The topic of a push: from the headers, which are signed, or from the body, whose hash is signed (the XML and JSON
 * forms). Where both name one they have to agree.
 *
 * In the SIMPLIFIED form the body is what anybody published to a topic of their own, and may look like the XML of
 * another one. All of its deliveries bring the message's id as a header, and those seen since 2023 the topic, too:
 * beside either a body is asked for nothing.
 *
 * @see https://www.alibabacloud.com/help/en/mns/developer-reference/http-endpoint-notification
 * @throws Refusal 400
 */
export function mnsTopicOf({ headers, body }: Pick<PushRequest, 'headers' | 'body'>): MnsTopic {
  const fromBody = topicFrom(notificationOf(body));
  if (HEADERS_OF_TOPICS.every((name) => headers[name] === undefined)) return fromBody ?? unnamed();
  const fromHeaders =
    topicFrom({ TopicOwner: headers['x-mns-topic-owner'], TopicName: headers['x-mns-topic-name'] }) ?? unnamed();
  if (fromBody !== undefined && !sameTopic(fromHeaders, fromBody)) {
    throw new Refusal(400, 'The message names two topics: send it as the service wrote it.');
  }
  return fromHeaders;
}

const HEADERS_OF_TOPICS = ['x-mns-message-id', 'x-mns-topic-owner', 'x-mns-topic-name'];

function unnamed(): never {
  throw new Refusal(
    400,
    'The message does not say which topic it is of: send it as the service wrote it, or give the rule a token and send that with the push.',
  );
}

/** The SIMPLIFIED form has the bare message as its body, so that there may be nothing to read. */
function notificationOf(body: Uint8Array): unknown {
  const text = textOf(body).trim();
  try {
    if (text.startsWith('<')) return parseXml(body, 'Notification');
    return text.startsWith('{') ? JSON.parse(text) : undefined;
  } catch (error) {
    throw new Refusal(400, 'The body is neither whole XML nor JSON: send it as the service wrote it.', error);
  }
}

function topicFrom(fields: unknown): MnsTopic | undefined {
  const parsed = v.safeParse(Notification, fields);
  return parsed.success ? { owner: parsed.output.TopicOwner, name: parsed.output.TopicName } : undefined;
}

function sameTopic(a: MnsTopic, b: MnsTopic): boolean {
  return a.owner === b.owner && a.name === b.name;
}
