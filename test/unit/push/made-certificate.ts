import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A key and a certificate of it, signed by itself. */
export interface MadeCertificate {
  readonly key: KeyObject;
  readonly pem: string;
}

export const CERTIFICATE_DAYS = 2;

const HOUR_MS = 3_600_000;
const TAG = { integer: 0x02, bits: 0x03, oid: 0x06, text: 0x0c, time: 0x17, sequence: 0x30, set: 0x31, version: 0xa0 };
/** Object identifiers in their encoded form: sha256WithRSAEncryption, ecdsa-with-SHA256, commonName. */
const [RSA_SHA256, ECDSA_SHA256, COMMON_NAME] = ['2a864886f70d01010b', '2a8648ce3d040302', '550403'];

/**
 * Makes a certificate that is valid from an hour ago, as the services' own are: X.509 version 3 without extensions.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export function makeCertificate(
  kind: 'rsa:2048' | 'rsa:1024' | 'rsa:512' | 'rsa-pss' | 'ec' = 'rsa:2048',
): MadeCertificate {
  const { privateKey: key, publicKey } = keysOf(kind);
  const algorithm = sequence(oid(kind === 'ec' ? ECDSA_SHA256 : RSA_SHA256));
  const name = sequence(element(TAG.set, sequence(oid(COMMON_NAME), element(TAG.text, Buffer.from('signer.example')))));
  const from = Date.now() - HOUR_MS;
  const signed = sequence(
    element(TAG.version, element(TAG.integer, Buffer.from([2]))),
    element(TAG.integer, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(from), time(from + CERTIFICATE_DAYS * 24 * HOUR_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const certificate = sequence(signed, algorithm, element(TAG.bits, Buffer.from([0]), sign('sha256', signed, key)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return { key, pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n` };
}

function keysOf(kind: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (kind === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (kind === 'rsa-pss') return generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice('rsa:'.length)) });
}

/** One element of DER: its tag, its length and what it holds. */
function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...long]), content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(TAG.sequence, ...parts);
}

function oid(hex: string): Buffer {
  return element(TAG.oid, Buffer.from(hex, 'hex'));
}

/** `YYMMDDhhmmssZ`. */
function time(ms: number): Buffer {
  return element(TAG.time, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`));
}
