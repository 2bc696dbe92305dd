import type { Dispatcher } from 'undici';

/** undici writes and reads header values as Latin-1: each of its characters stands for one byte of UTF-8. */
export function wireHeaders(headers: Readonly<Record<string, string>>): string[] {
  const wire: string[] = [];
  for (const name of Object.keys(headers)) wire.push(name, recode(headers[name] ?? '', 'utf8', 'latin1'));
  return wire;
}

/** Values as text, repeated ones joined. */
export function textHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) texts[name] = recode(Array.isArray(value) ? value.join(', ') : value, 'latin1', 'utf8');
  }
  return texts;
}

/** Nearly every value is plain ASCII, which is the same in both. */
function recode(text: string, from: 'utf8' | 'latin1', to: 'utf8' | 'latin1'): string {
  return /^[ -~]*$/.test(text) ? text : Buffer.from(text, from).toString(to);
}
