import { usableKey } from './certificate.ts';
import { certificateAddress } from './certificate-address.ts';
import { requireFresh } from './freshness.ts';
import type { PushRequest } from './push-request.ts';
import { unproven } from './refusal.ts';
import { isSignedBy, looksSigned } from './rsa.ts';
import type { PushParts } from './senders.ts';

/** As documented. */
const EVENT_BRIDGE_WINDOW_MS = 60_000;
/** The signature is a second lock behind the rule's token, so that the keys of 2021 will do. */
const MIN_EVENT_BRIDGE_KEY_BITS = 1024;

const TIMESTAMP = 'x-eventbridge-signature-timestamp';
const SIGNATURE = 'x-eventbridge-signature-v2';
const CERTIFICATE = 'x-eventbridge-signature-url';
const TOKEN = 'x-eventbridge-signature-token';

/** In the order in which they are signed. */
const SIGNED = [TIMESTAMP, 'x-eventbridge-hash-method', 'x-eventbridge-signature-version', CERTIFICATE];

/** True for a request of Alibaba's EventBridge. */
export function isEventBridge({ headers }: Pick<PushRequest, 'headers'>): boolean {
  return headers[TIMESTAMP] !== undefined;
}

/**
 * Checks what Alibaba's EventBridge says about a push that a rule's token has vouched for already. The token has to,
 * because no signature of EventBridge says whose event bus it was: anybody can send any body to any address from an
 * event bus of their own, and EventBridge signs it. It proves that this body was sent to this address in this minute.
 *
 * Version 2 (RSA with SHA-256) is verified when it is there. Version 1 is not: it is an HMAC whose key comes along,
 * open to everybody who has the public certificate, so that who has received one such push can forge any other. Of a
 * push that has only version 1 the date is checked.
 *
 * The public documents leave open whether the text ends with a line feed (the official SDK's does) and whether a
 * missing token is left out or is an empty line; all four texts are tried, and they differ in nothing that an event
 * could say.
 *
 * @see https://www.alibabacloud.com/help/en/eventbridge/user-guide/signature-algorithm
 * @throws Refusal 403
 */
export async function checkEventBridge(request: PushRequest, parts: PushParts): Promise<void> {
  const { headers } = request;
  const milliseconds = /^\d{10,16}$/.test(headers[TIMESTAMP] ?? '') ? Number(headers[TIMESTAMP]) : Number.NaN;
  requireFresh(new Date(milliseconds), parts.now(), EVENT_BRIDGE_WINDOW_MS);
  const signature = headers[SIGNATURE];
  if (signature === undefined) return;
  if (headers['x-eventbridge-hash-method'] !== 'SHA256' || !looksSigned(signature)) throw unproven();
  const certificate = await parts.certificates(certificateAddress('eventBridge', headers[CERTIFICATE] ?? ''));
  const key = usableKey(certificate, parts.now(), MIN_EVENT_BRIDGE_KEY_BITS);
  if (!signedTexts(request).some((text) => isSignedBy(key, 'sha256', text, signature))) throw unproven();
}

/** The full address, the headers of the signature, the body. */
function signedTexts({ origin, target, headers, body }: PushRequest): readonly Uint8Array[] {
  const lines = [origin + target, ...SIGNED.map((name) => `${name}: ${headers[name] ?? ''}`)];
  const token = headers[TOKEN];
  const heads = token === undefined ? [lines, [...lines, `${TOKEN}: `]] : [[...lines, `${TOKEN}: ${token}`]];
  return heads.flatMap((head) =>
    ['', '\n'].map((end) => Buffer.concat([Buffer.from(`${head.join('\n')}\n`), body, Buffer.from(end)])),
  );
}
