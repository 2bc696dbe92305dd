import { Refusal } from './refusal.ts';

/** The parameters of a request, decoded, in the order they came; a bare name has no value. */
export interface Query {
  readonly entries: readonly (readonly [name: string, value: string | undefined])[];
  has(name: string): boolean;
  get(name: string): string | undefined;
}

/** Decodes percent-encoding once; what does not decode to UTF-8 is the client's mistake. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, 'InvalidURI', `Could not parse the specified URI: ${text}`);
  }
}

/** RFC 3986 encoding, as version 4 signatures canonicalise and as listings encode with `encoding-type=url`. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Parses the part of a request target behind the question mark. A raw `+` stands for a blank, as in any form. */
export function parseQuery(raw: string): Query {
  const entries = raw
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const equals = field.indexOf('=');
      const decode = (text: string) => decodePercent(text.replaceAll('+', '%20'));
      return equals < 0
        ? ([decode(field), undefined] as const)
        : ([decode(field.slice(0, equals)), decode(field.slice(equals + 1))] as const);
    });
  const values = new Map(entries);
  return { entries, has: (name) => values.has(name), get: (name) => values.get(name) };
}
