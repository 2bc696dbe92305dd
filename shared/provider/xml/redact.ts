import type { Credentials } from '../../credentials.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import type { Headers } from './request.ts';

/** Shorter than this it is no secret of anybody, and might stand in an answer by chance. */
const MIN_LENGTH = 8;
const REDACTED = '[redacted]';

/** Headers whose values are secrets, or worth as much: who has a signature can send the request again. */
const SECRET_HEADERS = /^authorization$|-security-token$|-encryption-customer-key(?:-md5)?$/;

/**
 * Takes out of an answer what it shows of the secrets that its request carried: some providers, and most proxies, quote
 * the request when they refuse it, and what a provider says gets into errors and logs.
 *
 * @param headers as they were sent.
 */
export function withoutSecrets(answer: HttpAnswer, headers: Headers, credentials: Credentials): HttpAnswer {
  const notations = secretsIn(headers, credentials).flatMap(notationsOf);
  const clean = (bytes: Uint8Array): Buffer =>
    Buffer.from(redacted(Buffer.from(bytes).toString('latin1'), notations), 'latin1');
  return {
    status: answer.status,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, clean(Buffer.from(value)).toString('utf8')]),
    ),
    body: clean(answer.body),
  };
}

function secretsIn(headers: Headers, { secretAccessKey, sessionToken = '' }: Credentials): readonly string[] {
  const sent = Object.entries(headers).flatMap(([name, value]) => (SECRET_HEADERS.test(name) ? [value] : []));
  const { authorization = '' } = headers;
  // Every scheme ends with the signature: `Signature=…`, `AWS key:…`.
  const signature = authorization.slice(authorization.search(/(?<=[:=])[A-Za-z0-9+/]{20,100}={0,2}$/));
  return [secretAccessKey, sessionToken, signature, ...sent].filter(({ length }) => length >= MIN_LENGTH);
}

/** The ways in which a text gets into a document, in lower case; an escape in a document is one of a few characters. */
function notationsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const decoded = /^[A-Za-z0-9+/]+=*$/.test(secret) ? [Buffer.from(secret, 'base64')] : [];
  const binary = [bytes, ...decoded].flatMap((each) => [
    each.toString('hex'),
    spacedHex(each),
    unpadded(each.toString('base64')),
    each.toString('base64url'),
  ]);
  const text = unpadded(secret);
  const escaped = [
    text,
    text.replaceAll('/', '\\/'),
    encodeURIComponent(text),
    ...REFERENCES.map((refer) => refer(text)),
  ];
  return [...new Set([...escaped, ...binary].map((notation) => notation.toLowerCase()))].filter(
    ({ length }) => length >= MIN_LENGTH,
  );
}

/** As XML, and JSON, write the characters of Base64 that they need not write so. */
const REFERENCES: readonly ((text: string) => string)[] = [
  (text) => text.replace(/[+/=]/g, (sign) => `&#${sign.charCodeAt(0)};`),
  (text) => text.replace(/[+/=]/g, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`),
  (text) => text.replace(/[+/=]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
];

/** Base64 is written with and without its padding. */
function unpadded(text: string): string {
  if (text.endsWith('==')) return text.slice(0, -2);
  return text.endsWith('=') ? text.slice(0, -1) : text;
}

function spacedHex(bytes: Buffer): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** @param text one character per byte, so that its lower case has the same length. */
function redacted(text: string, notations: readonly string[]): string {
  const found = notations.filter((notation) => text.toLowerCase().includes(notation));
  return found.reduce((rest, notation) => withoutText(rest, notation), text);
}

function withoutText(text: string, notation: string): string {
  const lower = text.toLowerCase();
  const kept: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(notation); at >= 0; at = lower.indexOf(notation, from)) {
    kept.push(text.slice(from, at));
    from = at + notation.length;
  }
  return [...kept, text.slice(from)].join(REDACTED);
}
