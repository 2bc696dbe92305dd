import { type KeyObject, X509Certificate } from 'node:crypto';
import { CopyError } from '../../errors.ts';
import { Refusal } from './refusal.ts';

/** A certificate that signs messages. */
export interface Certificate {
  readonly key: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyBits: number;
}

/**
 * Keys below this prove nothing: 512 bits, with which MNS was seen to sign in 2023, are factored in hours by anybody.
 *
 * @see https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-131Ar2.pdf
 */
export const MIN_KEY_BITS = 2048;

/** @returns undefined for anything but one whole RSA certificate in PEM. */
export function parseCertificate(pem: string): Certificate | undefined {
  if (pem.split('-----BEGIN ').length !== 2 || !pem.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  try {
    const { publicKey, validFromDate, validToDate } = new X509Certificate(pem);
    const keyBits = publicKey.asymmetricKeyDetails?.modulusLength;
    if (publicKey.asymmetricKeyType !== 'rsa' || keyBits === undefined) return undefined;
    return { key: publicKey, notBefore: validFromDate, notAfter: validToDate, keyBits };
  } catch {
    return undefined;
  }
}

/** @throws Refusal 403 for a certificate that is not valid now, or whose key is too short. */
export function usableKey(certificate: Certificate, now: Date, minKeyBits: number): KeyObject {
  if (now < certificate.notBefore || now > certificate.notAfter) {
    throw new Refusal(
      403,
      'The certificate that signs the message is not valid now: give the rule a token instead, and send it with the push.',
    );
  }
  if (certificate.keyBits < minKeyBits) {
    throw new Refusal(
      403,
      `The key that signs the message has ${certificate.keyBits} bits, too few to prove anything: give the rule a token instead, and send it with the push.`,
    );
  }
  return certificate.key;
}

/**
 * Reads certificates that an operator pins.
 *
 * @param text One or more certificates in PEM, one after the other.
 * @throws CopyError InvalidConfig
 */
export function pinnedCertificates(text: string): readonly Certificate[] {
  const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return (pems.length === 0 ? [text] : pems).map((pem) => {
    const certificate = parseCertificate(pem);
    if (certificate !== undefined) return certificate;
    throw new CopyError(
      'InvalidConfig',
      'The pinned certificates are not RSA certificates in PEM: paste them whole, from BEGIN to END, one after the other.',
    );
  });
}
