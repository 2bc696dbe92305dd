import { CopyError } from '../../errors.ts';
import { type Hmac, hmacOf, isHmacBy } from './hmac.ts';
import type { PushRequest } from './push-request.ts';
import { Refusal } from './refusal.ts';
import { sameText } from './same-text.ts';
import type { PushParts, SenderRule } from './senders.ts';
import { tokensOf } from './tokens.ts';

/** Shorter secrets are guessed. */
const MIN_SECRET_LENGTH = 16;

/**
 * The rules whose token, or whose HMAC key, the sender of a push knows.
 *
 * @returns undefined when the push brings neither.
 * @throws Refusal 403 when it brings one that is no rule's, 503 when a secret could not be read.
 */
export async function vouchingRules(request: PushRequest, parts: PushParts): Promise<readonly string[] | undefined> {
  const tokens = tokensOf(request);
  const hmac = hmacOf(request, parts.now());
  if (tokens.length === 0 && hmac === undefined) return undefined;
  const verdicts = await Promise.allSettled(
    parts.rules.map(async (rule) => [
      await hasToken(rule, tokens, parts),
      hmac !== undefined && (await hasHmac(rule, hmac, request.body, parts)),
    ]),
  );
  const names = parts.rules.filter((_, index) => isVouched(verdicts[index])).map(({ name }) => name);
  if (names.length > 0) return names;
  // Only now: a secret that one rule lost must not stop the others.
  const unread = verdicts.find((verdict) => verdict.status === 'rejected');
  if (unread !== undefined) {
    throw new Refusal(503, 'The secrets of the rules cannot be read just now: send the message again.', unread.reason);
  }
  throw new Refusal(403, 'No rule knows this token or signature: send the secret that the rule names in its from.');
}

function isVouched(verdict: PromiseSettledResult<readonly boolean[]> | undefined): boolean {
  return verdict?.status === 'fulfilled' && verdict.value.includes(true);
}

/** Compares everything with everything, also behind what fits, so that the time tells nothing. */
async function hasToken({ from }: SenderRule, tokens: readonly string[], parts: PushParts): Promise<boolean> {
  if (from?.token === undefined || tokens.length === 0) return false;
  const secrets = await secretsOf(from.token.secret, parts);
  return tokens.flatMap((token) => secrets.map((secret) => sameText(token, secret))).includes(true);
}

async function hasHmac({ from }: SenderRule, hmac: Hmac, body: Uint8Array, parts: PushParts): Promise<boolean> {
  if (from?.hmac === undefined) return false;
  const secrets = await secretsOf(from.hmac.secret, parts);
  return secrets.map((secret) => isHmacBy(secret, hmac, body)).includes(true);
}

/** A secret may hold several, a line each: the old and the new one, while senders are being changed over. */
async function secretsOf(id: string, parts: PushParts): Promise<readonly string[]> {
  const secrets = (await parts.secret(id)).split(/\s+/).filter((secret) => secret !== '');
  if (secrets.length > 0 && secrets.every((secret) => secret.length >= MIN_SECRET_LENGTH)) return secrets;
  throw new CopyError(
    'InvalidConfig',
    `The secret ${id} is too short to vouch for a push: store ${MIN_SECRET_LENGTH} characters or more, without blanks.`,
  );
}
