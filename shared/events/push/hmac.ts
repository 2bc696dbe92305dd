import { createHmac } from 'node:crypto';
import { requireFresh } from './freshness.ts';
import type { PushRequest } from './push-request.ts';
import { unproven } from './refusal.ts';
import { sameText } from './same-text.ts';

/** A sender's own signature, taken apart. */
export interface Hmac {
  /** Text of the seconds since 1970, as it was signed. */
  readonly time: string;
  /** Hexadecimal HMAC-SHA256. */
  readonly value: string;
}

/**
 * The header `x-objectferry-signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">`, at most 15 minutes
 * old.
 *
 * @returns undefined when there is none.
 * @throws Refusal 403 for one that is malformed or too old.
 */
export function hmacOf({ headers }: Pick<PushRequest, 'headers'>, now: Date): Hmac | undefined {
  const header = headers['x-objectferry-signature'];
  if (header === undefined) return undefined;
  const [, time, value] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (time === undefined || value === undefined) throw unproven();
  requireFresh(new Date(Number(time) * 1000), now);
  return { time, value };
}

/** True when the key made this HMAC of this body. */
export function isHmacBy(key: string, { time, value }: Hmac, body: Uint8Array): boolean {
  return sameText(createHmac('sha256', key).update(`${time}.`).update(body).digest('hex'), value);
}
