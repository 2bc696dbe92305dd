import * as v from 'valibot';
import type { Believed } from './believed.ts';
import { Line, readJson } from './body.ts';
import { MIN_KEY_BITS, usableKey } from './certificate.ts';
import { certificateAddress, type PinnedAddress } from './certificate-address.ts';
import { requireFresh } from './freshness.ts';
import type { PushRequest } from './push-request.ts';
import { Refusal, unproven } from './refusal.ts';
import { isSignedBy, looksSigned } from './rsa.ts';
import { type PushParts, requireTopic } from './senders.ts';

/**
 * What Huawei's SMN posts to an HTTPS subscription.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-smn/smn_ug_a9002.html
 */
const SmnMessage = v.object({
  type: v.picklist(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  message_id: Line,
  topic_urn: Line,
  message: v.string(),
  subject: v.nullish(v.string()),
  timestamp: Line,
  signature_version: v.picklist(['v1']),
  signature: Line,
  signing_cert_url: Line,
  subscribe_url: v.optional(Line),
});
type SmnMessage = v.InferOutput<typeof SmnMessage>;

const TOPIC = /^urn:smn:(?<region>[a-z0-9-]{1,40}):[0-9a-f]{32}:[\w-]{1,255}$/;
/** The consoles of Huawei Cloud, the one of all regions or a region's own, and that of Open Telekom Cloud. */
const CONSOLE = String.raw`(?:(?<region>[a-z0-9-]{1,40})-)?console\.huaweicloud\.com`;
const OTHER_CONSOLES = String.raw`console-intl\.huaweicloud\.com|console\.otc\.t-systems\.com`;
const CONFIRMATION = new RegExp(
  String.raw`^(?<origin>https://(?:${CONSOLE}|${OTHER_CONSOLES}))(?<target>/smn/subscription/confirm\?[\w=&:.~%-]{1,1500})$`,
);

/**
 * Believes a message of SMN: of a topic that a rule names, signed by SMN (RSA with SHA-256), at most 15 minutes old.
 * SMN writes the time of the first try. Huawei publishes the certificate and advises to pin it: with pinned
 * certificates none is fetched. The signed text was checked against a recorded notification and a recorded confirmation
 * of 2025, which the published certificate proves.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-smn/smn_ug_a9003.html
 * @see https://support.huaweicloud.com/usermanual-smn/smn_ug_a9000.html the certificate
 * @throws Refusal
 */
export async function believeSmn({ headers, body }: PushRequest, parts: PushParts): Promise<Believed> {
  const message = readJson(SmnMessage, body, 'SMN');
  requireTopic(parts.rules, (topic) => topic === message.topic_urn);
  const region = TOPIC.exec(message.topic_urn)?.groups?.['region'];
  if (region === undefined || !looksSigned(message.signature)) throw unproven();
  requireSame(headers['x-smn-message-type'], message.type);
  requireSame(headers['x-smn-topic-urn'], message.topic_urn);
  requireFresh(new Date(message.timestamp), parts.now());
  const text = signedText(message);
  const candidates =
    parts.pinned.length > 0
      ? parts.pinned
      : [await parts.certificates(certificateAddress('smn', message.signing_cert_url, region))];
  const signer = candidates.find(({ key }) => isSignedBy(key, 'sha256', text, message.signature));
  if (signer === undefined) throw unproven();
  usableKey(signer, parts.now(), MIN_KEY_BITS);
  return meaningOf(message, region);
}

function meaningOf({ type, topic_urn: topic, subscribe_url: url, message }: SmnMessage, region: string): Believed {
  if (type === 'Notification') return { kind: 'message', origin: { kind: 'topic', topic }, text: message };
  if (type === 'UnsubscribeConfirmation') {
    return { kind: 'nothing', reason: `Somebody ended the subscription to ${topic}: no more messages come.` };
  }
  return { kind: 'confirmation', topic, address: confirmationAddress(url ?? '', region) };
}

/** Signed by SMN, and still only where SMN's consoles are. */
function confirmationAddress(url: string, region: string): PinnedAddress {
  const { origin, target, region: ofConsole = region } = CONFIRMATION.exec(url)?.groups ?? {};
  if (origin !== undefined && target !== undefined && ofConsole === region) return { origin, target };
  throw new Refusal(
    403,
    'The confirmation does not lead to a console of Huawei Cloud that is known here: confirm the subscription by hand.',
  );
}

/** Names and values, a line each, in the order of the names. */
function signedText(fields: SmnMessage): string {
  const { message, message_id, subject, subscribe_url, timestamp, topic_urn, type } = fields;
  const signed =
    type === 'Notification'
      ? { message, message_id, subject: subject || undefined, timestamp, topic_urn, type }
      : { message, message_id, subscribe_url, timestamp, topic_urn, type };
  return Object.entries(signed)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

/** Headers are not signed, but SMN never contradicts itself. */
function requireSame(header: string | undefined, field: string): void {
  if (header !== undefined && header !== field) throw unproven();
}
