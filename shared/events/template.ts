import { CopyError } from '../errors.ts';

/** What a key template may refer to; `{{` and `}}` stand for the braces themselves. */
export const TEMPLATE_VARIABLES = [
  /** The whole key. */
  'key',
  /** The key without the rule's prefix. */
  'rest',
  /** What follows the last slash; empty for a folder marker. */
  'name',
  /** The name without its extension. */
  'stem',
  /** The last dot of the name and what follows; empty where there is none, so `{stem}{extension}` is `{name}`. */
  'extension',
  'bucket',
  /** Of the object's Last-Modified, in UTC, so that every event of one object means the same day. */
  'year',
  'month',
  'day',
] as const;
export type TemplateVariable = (typeof TEMPLATE_VARIABLES)[number];

/** A parsed key template: literal texts and variables in their order. */
export type Template = readonly (string | { readonly variable: TemplateVariable })[];

/** What a template is filled in with. */
export interface TemplateFacts {
  readonly bucket: string;
  readonly key: string;
  /** The rule's prefix, with which the key begins. */
  readonly prefix: string;
  readonly lastModified: Date;
}

const MAX_KEY_BYTES = 1024;
const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/**
 * Parses a key template.
 *
 * @throws CopyError InvalidConfig with a sentence that continues the field's name.
 */
export function parseTemplate(text: string): Template {
  const parts: (string | { readonly variable: TemplateVariable })[] = [];
  let literal = '';
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0] === '{{' || match[0] === '}}') literal += match[0].charAt(0);
    else {
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push({ variable: variableOf(match[1]) });
    }
  }
  literal += text.slice(end);
  return literal === '' ? parts : [...parts, literal];
}

function variableOf(name: string | undefined): TemplateVariable {
  const variable = TEMPLATE_VARIABLES.find((known) => known === name);
  if (variable !== undefined) return variable;
  throw new CopyError(
    'InvalidConfig',
    name === undefined
      ? 'has a brace without its partner, write {{ or }} for a brace itself.'
      : `has the variable {${name.slice(0, 50)}}, but there are only ${TEMPLATE_VARIABLES.map((known) => `{${known}}`).join(', ')}; write {{ and }} for braces themselves.`,
  );
}

/**
 * The destination's key. Values are put in as they are: braces in a key mean nothing.
 *
 * @throws CopyError InvalidRequest when the result cannot be a key.
 */
export function renderTemplate(template: Template, facts: TemplateFacts): string {
  const key = template.map((part) => (typeof part === 'string' ? part : valueFor(part.variable, facts))).join('');
  if (key === '') throw new CopyError('InvalidRequest', 'copyTo.key makes an empty key of this one.');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new CopyError(
      'InvalidRequest',
      `copyTo.key makes a key of ${Buffer.byteLength(key)} bytes, and no provider has keys above ${MAX_KEY_BYTES}.`,
    );
  }
  return key;
}

function valueFor(variable: TemplateVariable, { bucket, key, prefix, lastModified }: TemplateFacts): string {
  switch (variable) {
    case 'key':
      return key;
    case 'rest':
      return key.slice(prefix.length);
    case 'name':
      return nameOf(key);
    case 'stem':
      return stemOf(nameOf(key));
    case 'extension':
      return nameOf(key).slice(stemOf(nameOf(key)).length);
    case 'bucket':
      return bucket;
    case 'year':
      return lastModified.toISOString().slice(0, 4);
    case 'month':
      return lastModified.toISOString().slice(5, 7);
    case 'day':
      return lastModified.toISOString().slice(8, 10);
  }
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** A dot at the beginning hides a file and begins no extension. */
function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? name : name.slice(0, dot);
}
