import { createHash } from 'node:crypto';
import { ApiProblem } from './problem.ts';

/** Visible ASCII: a header holds nothing else without an encoding of its own. */
const KEY = /^[\x21-\x7e]{1,255}$/;
const PREFIX = 'api-';
const HEX_DIGITS = 32;

/**
 * The id of a copy that is asked for with an `Idempotency-Key`: the same caller and key always have the same one, so
 * that a repeated request finds the copy it started. Another caller's key is another key.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 * @throws ApiProblem InvalidRequest
 */
export function idForKey(caller: string, key: string): string {
  if (!KEY.test(key)) {
    throw new ApiProblem('InvalidRequest', 'Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.');
  }
  return idOf(JSON.stringify([caller, key]));
}

/** The id of a copy that is asked for without a key. @param token that nobody can guess or repeat. */
export function idForToken(token: string): string {
  return idOf(token);
}

function idOf(text: string): string {
  return `${PREFIX}${createHash('sha256').update(text).digest('hex').slice(0, HEX_DIGITS)}`;
}
