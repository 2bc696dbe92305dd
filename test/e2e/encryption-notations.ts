import { createHash } from 'node:crypto';
import { expect } from 'vitest';

/** All that a key, or the digest that travels with it, could be written as. */
function notationsOf(key: Buffer): string[] {
  const digest = createHash('md5').update(key).digest();
  return [key, digest].flatMap((bytes) => [
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('latin1'),
    bytes.toString('utf8'),
    [...bytes].join(','),
    [...bytes].join(', '),
    [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
  ]);
}

/** Requires that a text shows none of the keys. */
export function expectNone(keys: readonly Buffer[], text: string): void {
  for (const notation of keys.flatMap(notationsOf)) {
    // Not `toContain`, which would print the whole text.
    expect(text.includes(notation), 'a customer key is shown').toBe(false);
  }
}
