import { expect } from 'vitest';
import { expectNone } from '../e2e/encryption-notations.ts';

/** Requires that a text shows none of the secrets, nor what they are called in other notations. */
export function expectNoSecrets(secrets: readonly string[], text: string, where: string): void {
  expectNone(
    secrets.map((secret) => Buffer.from(secret)),
    text,
  );
  for (const secret of secrets) {
    const escaped = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      secret.replaceAll('/', '\\/'),
    ];
    const notations = [
      ...escaped,
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ];
    const found = notations.find((notation) => text.toLowerCase().includes(notation.toLowerCase()));
    // Not `toContain`, which would print the secret and the whole text.
    expect(found === undefined, `${where}: a secret is shown`).toBe(true);
    // A long one may be cut off in the middle.
    if (secret.length >= 40)
      expect(text.includes(secret.slice(0, 24)), `${where}: the beginning of a secret is shown`).toBe(false);
  }
}
