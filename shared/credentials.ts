import { inspect } from 'node:util';

/** What a person or program puts into a {@link Credentials}. */
export interface CredentialFields {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for temporary (STS) credentials only. */
  readonly sessionToken?: string | undefined;
}

/** One set of keys. The secret parts print as `[redacted]` wherever the object is logged or serialised. */
export class Credentials implements CredentialFields {
  readonly accessKeyId: string;
  readonly #secretAccessKey: string;
  readonly #sessionToken: string | undefined;

  constructor({ accessKeyId, secretAccessKey, sessionToken }: CredentialFields) {
    this.accessKeyId = accessKeyId;
    this.#secretAccessKey = secretAccessKey;
    this.#sessionToken = sessionToken;
  }

  get secretAccessKey(): string {
    return this.#secretAccessKey;
  }

  get sessionToken(): string | undefined {
    return this.#sessionToken;
  }

  toJSON(): object {
    return { accessKeyId: this.accessKeyId, secretAccessKey: '[redacted]' };
  }

  [inspect.custom](): string {
    return `Credentials { accessKeyId: '${this.accessKeyId}', secretAccessKey: [redacted] }`;
  }
}

/** True when both sign alike. */
export function sameKeys(a: CredentialFields, b: CredentialFields): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
  );
}

/**
 * Gives the credentials that are valid now; asked before every request, so that rotated or refreshed
 * keys take effect in the middle of a long copy.
 *
 * @param refused Credentials that the provider has just refused: instead of them it gives what stands at their origin
 * now, past every cache. They may be the same.
 * @throws CopyError InvalidConfig when there are none.
 */
export type CredentialSource = (refused?: Credentials) => Promise<Credentials>;

/** A 256-bit customer key (SSE-C); prints as `[redacted]`. */
export class CustomerKey {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return 'CustomerKey [redacted]';
  }
}
