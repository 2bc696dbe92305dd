import type { Template, TemplateVariable } from './template.ts';

/** A set of keys, as far as it is known: all that begin and end so. `exact` when there is only one. */
export interface KeySet {
  readonly prefix: string;
  readonly suffix: string;
  readonly exact?: string | undefined;
}

/**
 * The keys that a template can make of the keys of a set. It may be told too large, never too small, because a loop is
 * looked for in it.
 */
export function keysMade(template: Template, from: KeySet & { readonly bucket: string }): KeySet {
  const known = template.map((part) => (typeof part === 'string' ? part : constantOf(part.variable, from)));
  const exact = known.every((part) => part !== undefined) ? known.join('') : undefined;
  if (exact !== undefined) return { prefix: exact, suffix: exact, exact };
  const [first, last] = [known.indexOf(undefined), known.lastIndexOf(undefined)];
  return {
    prefix: known.slice(0, first).join('') + prefixOf(template[first], from),
    suffix: suffixOf(template[last], from) + known.slice(last + 1).join(''),
  };
}

/** True when some key may be in both. */
export function mayMeet(made: KeySet, matched: KeySet): boolean {
  if (made.exact !== undefined) return made.exact.startsWith(matched.prefix) && made.exact.endsWith(matched.suffix);
  const prefixes = made.prefix.startsWith(matched.prefix) || matched.prefix.startsWith(made.prefix);
  const suffixes = made.suffix.endsWith(matched.suffix) || matched.suffix.endsWith(made.suffix);
  return prefixes && suffixes;
}

function constantOf(variable: TemplateVariable, { bucket }: { readonly bucket: string }): string | undefined {
  return variable === 'bucket' ? bucket : undefined;
}

/** What the values of a variable are known to begin with. */
function prefixOf(part: Template[number] | undefined, { prefix }: KeySet): string {
  return isVariable(part, 'key') ? prefix : '';
}

/** What the values of a variable are known to end with. */
function suffixOf(part: Template[number] | undefined, { prefix, suffix }: KeySet): string {
  if (isVariable(part, 'key')) return suffix;
  if (isVariable(part, 'name')) return suffix.slice(suffix.lastIndexOf('/') + 1);
  if (isVariable(part, 'rest') && !overlap(prefix, suffix)) return suffix;
  return '';
}

/** True when prefix and suffix may share characters of a short key, so that the rest is shorter than the suffix. */
function overlap(prefix: string, suffix: string): boolean {
  return Array.from({ length: suffix.length }, (_, index) => suffix.slice(0, index + 1)).some((start) =>
    prefix.endsWith(start),
  );
}

function isVariable(part: Template[number] | undefined, variable: TemplateVariable): boolean {
  return typeof part === 'object' && part.variable === variable;
}
