import { createHash } from 'node:crypto';
import type { ObjectProperties } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, type QingstorCall } from './context.ts';

type Encryption = ObjectProperties['encryption'];

const destinationPrefix = 'x-qs-encryption-customer-';
const sourcePrefix = 'x-qs-copy-source-encryption-customer-';
const algorithmHeader = `${destinationPrefix}algorithm`;
const keyMd5Header = `${destinationPrefix}key-md5`;
const keyBytes = 32;

/**
 * The key a request brings, as it is kept: never the key itself, only algorithm and MD5, as the service does it. All three
 * headers or none: https://docs.qingcloud.com/qingstor/api/common/encryption.html
 */
function keyOf(call: QingstorCall, prefix: string): Encryption {
  const [algorithm, key, keyMd5] = ['algorithm', 'key', 'key-md5'].map((name) => header(call, `${prefix}${name}`));
  if (algorithm === undefined && key === undefined && keyMd5 === undefined) {
    return {};
  }
  const bytes = Buffer.from(key ?? '', 'base64');
  const valid =
    algorithm === 'AES256' && bytes.length === keyBytes && createHash('md5').update(bytes).digest('base64') === keyMd5;
  if (!valid) {
    throw new Refusal(
      400,
      'invalid_argument',
      `The headers ${prefix}algorithm, -key and -key-md5 must name AES256, a base64 key of 32 bytes and its base64 MD5.`,
    );
  }
  return { [algorithmHeader]: algorithm, [keyMd5Header]: keyMd5 };
}

/** The encryption that a request asks for its own object. */
export function encryptionOf(call: QingstorCall): Encryption {
  return keyOf(call, destinationPrefix);
}

/** What an answer says about encryption: the algorithm and nothing of the key. */
export function encryptionEcho(encryption: Encryption): Record<string, string> {
  const algorithm = encryption[algorithmHeader];
  return algorithm === undefined ? {} : { [algorithmHeader]: algorithm };
}

function compare(stored: Encryption, given: Encryption, prefix: string): void {
  if (stored[keyMd5Header] === given[keyMd5Header]) {
    return;
  }
  if (given[keyMd5Header] === undefined) {
    throw new Refusal(
      400,
      'invalid_argument',
      `The object is encrypted: send its key in the headers ${prefix}algorithm, -key and -key-md5.`,
    );
  }
  throw stored[keyMd5Header] === undefined
    ? new Refusal(400, 'invalid_argument', `The object is not encrypted: leave out the headers ${prefix}*.`)
    : new Refusal(403, 'permission_denied', `The key in ${prefix}key is not the one the object was encrypted with.`);
}

/** Refuses a request that does not bring the key with which the object or upload it is about was begun. */
export function checkKey(call: QingstorCall, stored: Encryption): void {
  compare(stored, keyOf(call, destinationPrefix), destinationPrefix);
}

/** Checks a key that may be left out, as HEAD allows it. */
export function checkKeyIfGiven(call: QingstorCall, stored: Encryption): void {
  const given = keyOf(call, destinationPrefix);
  if (given[keyMd5Header] !== undefined) {
    compare(stored, given, destinationPrefix);
  }
}

/** Refuses a copy that does not bring the key of its source. */
export function checkSourceKey(call: QingstorCall, stored: Encryption): void {
  compare(stored, keyOf(call, sourcePrefix), sourcePrefix);
}
