import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';

/** One set of credentials serves few regions; more entries than this are days gone by. */
const MAX_KEYS = 16;

/** The words that a signature of the fourth version derives its key with. */
export interface KeyWords {
  /** Stands before the secret. */
  readonly prefix: string;
  readonly service: string;
  readonly terminator: string;
}

/**
 * Keys of one day and region by credentials: four of the five HMACs of every signature. Held weakly, so that rotated
 * credentials take their keys with them, and as KeyObjects, which print and serialise as nothing.
 */
export function createSigningKeys(
  words: KeyWords,
): (credentials: Credentials, day: string, region: string) => KeyObject {
  const keys = new WeakMap<Credentials, Map<string, KeyObject>>();
  return (credentials, day, region) => {
    const known = keys.get(credentials) ?? new Map<string, KeyObject>();
    keys.set(credentials, known);
    const scope = `${day}/${region}`;
    const found = known.get(scope);
    if (found !== undefined) return found;
    if (known.size >= MAX_KEYS) known.clear();
    const derived = createSecretKey(deriveKey(credentials.secretAccessKey, words, day, region));
    known.set(scope, derived);
    return derived;
  };
}

function deriveKey(secret: string, { prefix, service, terminator }: KeyWords, day: string, region: string): Buffer {
  const first = createHmac('sha256', `${prefix}${secret}`).update(day).digest();
  return [region, service, terminator].reduce((key, text) => createHmac('sha256', key).update(text).digest(), first);
}
