import { decodePercent } from '../query.ts';

/** Decodes a form field, where a raw `+` stands for a blank; copy sources are read like that too. */
export function decodeField(text: string): string {
  return decodePercent(text.replaceAll('+', '%20'));
}
