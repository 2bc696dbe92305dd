import { type KeyObject, verify } from 'node:crypto';

/** Base64 of a signature by a key of at most 8,192 bits. */
const SIGNATURE = /^[A-Za-z0-9+/]{80,1366}={0,2}$/;

/** True when the text is a signature at all, so that it is worth fetching a certificate for it. */
export function looksSigned(signature: string): boolean {
  return SIGNATURE.test(signature);
}

/** True when the key's owner signed this text (RSA PKCS#1 v1.5); false for anything else, whatever it is. */
export function isSignedBy(
  key: KeyObject,
  hash: 'sha1' | 'sha256',
  text: string | Uint8Array,
  signature: string,
): boolean {
  if (!looksSigned(signature)) return false;
  try {
    return verify(hash, typeof text === 'string' ? Buffer.from(text) : text, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
