import * as v from 'valibot';
import { CopyError, type ErrorName } from './errors.ts';

const MAX_PATH = 200;
/** Characters of a sentence; some of them quote what was read. */
const MAX_SENTENCE = 1000;
/** What moves a cursor, turns the direction of writing, or breaks a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
const EVERY_UNSEEN = new RegExp(UNSEEN, 'gu');

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
  throw new CopyError(name, clipped(`${what}: ${sentenceFor(result.issues[0], name)}`));
}

function sentenceFor(issue: v.BaseIssue<unknown>, name: ErrorName): string {
  const path = v.getDotPath(issue);
  const received = name === 'InvalidConfig' ? kindOf(issue) : words(issue.received);
  if (path === null) return `must be ${words(issue.expected)}, but is ${received}.`;
  const field = shown(path);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `${field} is not a known field, remove or rename it.`;
  }
  if (issue.received === 'undefined') return `${field} is missing.`;
  // Messages of our own checks are sentences already; the library's own begin with "Invalid".
  if (!issue.message.startsWith('Invalid')) return `${field} ${issue.message}`;
  return `${field} must be ${words(issue.expected)}, but is ${received}.`;
}

function clipped(sentence: string): string {
  return sentence.length <= MAX_SENTENCE ? sentence : `${sentence.slice(0, MAX_SENTENCE)}…`;
}

/** A path in one line of bounded length: whoever wrote the value chose the names of its fields, too. */
function shown(path: string): string {
  return path.length <= MAX_PATH && !UNSEEN.test(path)
    ? path
    : JSON.stringify(path.slice(0, MAX_PATH).replace(EVERY_UNSEEN, '?'));
}

/**
 * What kind of value was received: into a file of settings, or a secret, people type secrets in the wrong place, so that
 * only a short word is quoted, and only where one of a few words was expected.
 */
function kindOf({ received, expected }: v.BaseIssue<unknown>): string {
  if (expected?.includes('"') === true && /^"[a-z0-9-]{1,12}"$/i.test(received)) return received;
  if (received.startsWith('"')) return 'a text';
  if (/^(?:-?\d|NaN|-?Infinity)/.test(received)) return 'a number';
  return words(received);
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
    .slice(0, 200)
    .replace(EVERY_UNSEEN, '?');
}

/** Names that the library leaves out of a record without a word. */
const UNHEARD: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Values by name, in which every name is heard or refused: what somebody wrote must not get lost. */
export function heardRecord<Key extends v.GenericSchema<string, string>, Value extends v.GenericSchema>(
  key: Key,
  value: Value,
) {
  const record = v.record(key, value);
  const refused = v.pipe(
    record,
    v.check(() => false, `has a name that nothing here can hold: ${UNHEARD.join(', ')}.`),
  );
  return v.lazy((input: unknown): typeof record | typeof refused => {
    const names = typeof input === 'object' && input !== null ? Object.keys(input) : [];
    return names.some((name) => UNHEARD.includes(name)) ? refused : record;
  });
}
