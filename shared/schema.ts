import * as v from 'valibot';
import { CopyError, type ErrorName } from './errors.ts';

/**
 * Parses a value at the edge; inside, types are trusted.
 *
 * @param what How a person calls the value, for example `The copy request`; begins the sentence of the error.
 * @throws CopyError `name` with one sentence that names the field and says what to change.
 */
export function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  what: string,
  name: ErrorName = 'InvalidRequest',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  throw new CopyError(name, `${what}: ${sentenceFor(result.issues[0])}`);
}

function sentenceFor(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  if (field === null) return `must be ${words(issue.expected)}, but is ${words(issue.received)}.`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `${field} is not a known field, remove or rename it.`;
  }
  if (issue.received === 'undefined') return `${field} is missing.`;
  // Messages of our own checks are sentences already; the library's own begin with "Invalid".
  if (!issue.message.startsWith('Invalid')) return `${field} ${issue.message}`;
  return `${field} must be ${words(issue.expected)}, but is ${words(issue.received)}.`;
}

/** The library's type notation in a person's words. */
function words(notation: string | null): string {
  if (notation === null) return 'something else';
  if (notation === 'Object') return 'an object';
  if (notation === 'Array') return 'a list';
  if (notation === 'null' || notation === 'undefined') return notation;
  if (/^[a-z]+$/.test(notation)) return `a ${notation}`;
  return notation
    .replace(/^\((.*)\)$/, '$1')
    .replaceAll(' | ', ' or ')
    .slice(0, 200);
}
