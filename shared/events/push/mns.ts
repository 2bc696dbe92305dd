import { createHash } from 'node:crypto';
import type { Believed } from './believed.ts';
import { textOf } from './body.ts';
import { MIN_KEY_BITS, usableKey } from './certificate.ts';
import { certificateAddress } from './certificate-address.ts';
import { requireFresh } from './freshness.ts';
import { isMnsTopic, mnsTopicOf } from './mns-topic.ts';
import type { PushRequest } from './push-request.ts';
import { unproven } from './refusal.ts';
import { isSignedBy, looksSigned } from './rsa.ts';
import { type PushParts, requireTopic } from './senders.ts';

/**
 * Believes a push of Simple Message Queue (formerly MNS): of a topic that a rule names, signed (RSA with SHA-1) over
 * its headers, its path and the MD5 of its body, its Date at most 15 minutes away. MNS dates every try anew.
 *
 * The signed text was checked against a recorded delivery of 2023. That delivery was signed by a key of 512 bits whose
 * certificate had ended in 2016, and such a key proves nothing: while MNS signs with it, every push is refused here,
 * and a token in the endpoint's address is what vouches (see vouchingRules).
 *
 * @see https://www.alibabacloud.com/help/en/mns/developer-reference/topic-message-http-subscription-signature
 * @throws Refusal
 */
export async function believeMns(request: PushRequest, parts: PushParts): Promise<Believed> {
  const { headers, body } = request;
  const topic = mnsTopicOf(request);
  const rules = requireTopic(parts.rules, (text) => isMnsTopic(text, topic));
  const { authorization: signature = '', date = '', 'x-mns-signing-cert-url': url = '' } = headers;
  if (!looksSigned(signature.trim()) || !isHashOf(headers['content-md5'] ?? '', body)) throw unproven();
  requireFresh(new Date(headers['x-mns-date'] ?? date), parts.now());
  const address = certificateAddress('mns', Buffer.from(url, 'base64').toString('latin1'));
  const key = usableKey(await parts.certificates(address), parts.now(), MIN_KEY_BITS);
  if (!isSignedBy(key, 'sha1', signedText(request), signature.trim())) throw unproven();
  // By name of the rules: two rules may write the same topic in two ways, and the message has no region to choose by.
  return { kind: 'message', origin: { kind: 'rules', rules: [...rules] }, text: textOf(body) };
}

/**
 * Method, MD5, type and date, a line each; then every header of MNS in the order of the names; then path and query as
 * they were called.
 */
function signedText({ headers, target }: Pick<PushRequest, 'headers' | 'target'>): string {
  const { 'content-md5': hash = '', 'content-type': type = '', date = '', 'x-mns-date': ownDate } = headers;
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-mns-'))
    .sort()
    .map((name) => `${name}:${headers[name] ?? ''}\n`);
  return ['POST', hash, type.toLowerCase(), ownDate ?? date, own.join('') + target].join('\n');
}

/**
 * The documents show Base64 of the hexadecimal hash, deliveries have the hexadecimal hash, the standard says Base64.
 */
function isHashOf(text: string, body: Uint8Array): boolean {
  const hash = createHash('md5').update(body).digest();
  const hex = hash.toString('hex');
  const forms = [hash.toString('base64'), base64(hex), base64(hex.toUpperCase())];
  return forms.includes(text) || text.toLowerCase() === hex;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
