import * as v from 'valibot';
import { CopyError } from '../errors.ts';
import { parseXml } from '../http/xml.ts';

/** The most that a queue message holds, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** The push of MNS as XML. */
const MnsNotification = v.object({ Message: v.string() });

/**
 * Reads the text of a message as plain data: JSON, XML of MNS around more of the same, or Base64, in which MNS delivers
 * what OSS wrote.
 *
 * @throws CopyError InvalidRequest when it is none of them.
 */
export function readDocument(text: string): unknown {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new CopyError('InvalidRequest', `The message has more than ${MAX_BYTES} bytes, which no notification has.`);
  }
  const trimmed = text.trim();
  const inner = trimmed.startsWith('<') ? mnsMessage(trimmed) : trimmed;
  return parseJson(/^[{[]/.test(inner) ? inner : fromBase64(inner));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CopyError('InvalidRequest', 'The message is not JSON, or is cut off.', { cause });
  }
}

function mnsMessage(xml: string): string {
  try {
    return v.parse(MnsNotification, parseXml(Buffer.from(xml), 'Notification')).Message.trim();
  } catch (cause) {
    throw new CopyError('InvalidRequest', 'The message is XML, but no Notification of MNS.', { cause });
  }
}

function fromBase64(text: string): string {
  try {
    if (!/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) throw new TypeError('not Base64');
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'));
  } catch (cause) {
    throw new CopyError('InvalidRequest', 'The message is neither JSON nor Base64 of it.', { cause });
  }
}
