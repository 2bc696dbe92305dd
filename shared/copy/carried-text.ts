import { createHash } from 'node:crypto';
import type { Aspect } from '../contract.ts';

/** A receipt shows no more of a value, and the state between two handlers holds no more of it. */
const LONGEST_SHOWN = 100;
const SHOWN_OF_LONG = 60;

/** A value as receipts show it: a long one cut, with a digest that tells it from any other. */
export function shown(value: string): string {
  const text = value.trim();
  if (text.length <= LONGEST_SHOWN) return text;
  return `${text.slice(0, SHOWN_OF_LONG).toWellFormed()}… (${text.length} characters, sha256 ${digest(text)})`;
}

/** User metadata or tags as receipts show them: how many, and a digest over names and values; undefined for none. */
export function shownRecord(
  record: Readonly<Record<string, string>>,
  [one, many]: readonly [one: string, many: string],
): string | undefined {
  const entries = Object.entries(record).map(([name, value]) => [name, plainText(value)]);
  if (entries.length === 0) return undefined;
  const sorted = entries.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return `${entries.length} ${entries.length === 1 ? one : many}, sha256 ${digest(JSON.stringify(sorted))}`;
}

/** Names of metadata, each with a digest of its value. */
export function fingerprints(metadata: Readonly<Record<string, string>>): string[] {
  return Object.entries(metadata).map(([name, value]) => `${name}=${digest(plainText(value))}`);
}

/**
 * Whether two shown values mean the same. Stores may write a header in another way without losing anything of it: other
 * case, another way to write a date, a character set behind a text type.
 */
export function sameShown(name: Aspect, given: string, kept: string): boolean {
  if (given === kept) return true;
  if (name === 'contentType') return sameType(given, kept);
  if (name === 'expires') return sameDate(given, kept);
  if (name === 'contentEncoding') return codings(given) === codings(kept);
  if (name === 'storageClass') return classWord(given) === classWord(kept);
  return false;
}

/** Case of type and parameter names means nothing; a store may add a character set to a type that had none. */
function sameType(given: string, kept: string): boolean {
  const [a, b] = [typeWords(given), typeWords(kept)];
  return a === b || (!a.includes('charset=') && b.replace(/;charset=[^;]*/, '') === a);
}

function typeWords(type: string): string {
  return type
    .split(';')
    .map((part) => part.trim().replaceAll('"', '').toLowerCase())
    .filter((part) => part !== '')
    .join(';');
}

function sameDate(given: string, kept: string): boolean {
  const [a, b] = [Date.parse(given), Date.parse(kept)];
  return !Number.isNaN(a) && a === b;
}

/** `aws-chunked` is about the way of the bytes, not about the object. */
function codings(encoding: string): string {
  return encoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== 'aws-chunked' && coding !== '')
    .join(',');
}

/** The words of OBS's x-amz- dialect for classes that its own dialect calls otherwise. */
const CLASS_WORDS: Readonly<Record<string, string>> = { WARM: 'STANDARD_IA', COLD: 'GLACIER' };

function classWord(storageClass: string): string {
  const word = storageClass.toUpperCase();
  return CLASS_WORDS[word] ?? word;
}

/**
 * A metadata value without the clothes of the way: outer blanks, and the encoded words in which S3 shows what is not ASCII.
 *
 * @see https://www.rfc-editor.org/rfc/rfc2047
 */
function plainText(value: string): string {
  const text = value.trim();
  const words = text.split(/[ \t]+/);
  return words.every((word) => ENCODED_WORD.test(word)) ? words.map(decodedWord).join('') : text;
}

const ENCODED_WORD = /^=\?utf-8\?([bq])\?([^?]*)\?=$/i;

function decodedWord(word: string): string {
  const [, coding = '', text = ''] = ENCODED_WORD.exec(word) ?? [];
  if (coding.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString('utf8');
  const bytes = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Enough to tell one value from another; nobody gains by finding two that are alike. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
