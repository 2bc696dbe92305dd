import { closeSync, openSync, readSync } from 'node:fs';
import { CopyError } from '@objectferry/shared/errors.ts';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';

const KINDS = {
  stores: 'a stores file, stores.example.yaml',
  events: 'a file of rules, events.example.yaml',
  deployment: 'a file of settings, objectferry.example.yaml',
} as const;

/** The most an SSM parameter holds, in bytes (advanced tier). */
const MAX_BYTES = 8192;
/** Far above any file that a person keeps; what is larger, or never ends, is none of these files. */
const MAX_FILE_BYTES = 64 * 1024;
/** How often the anchors of a file may be used, all of them together and in each other. */
const MAX_ALIASES = 100;

/**
 * Reads a file of settings, YAML or JSON, as plain data.
 *
 * @param kind Which of the files it is, for the sentence of an error.
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readDocument(path: string, kind: keyof typeof KINDS): unknown {
  return parseText(readText(path, `give the path of ${KINDS[kind]} shows one.`), path);
}

/**
 * Reads YAML or JSON as plain data: anchors are resolved, tags that are not YAML's own are refused.
 *
 * @param path Begins the sentence of the error, which quotes nothing: a secret may have been typed into the text.
 * @throws CopyError InvalidConfig
 */
export function parseText(text: string, path: string): unknown {
  const refused = (problem: string) => new CopyError('InvalidConfig', `${path} is not YAML or JSON: ${problem}`);
  const lines = new LineCounter();
  // The schema and the version are ours to choose, not the file's.
  const options = { schema: 'core', version: '1.2', stringKeys: true, logLevel: 'error' } as const;
  try {
    // Time stays in proportion: the library would quote the text for every mistake, and compare all keys with each other.
    const document = parseDocument(text, { ...options, lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const [mistake] = [...document.errors, ...document.warnings, ...repeatedKeys(document)];
    if (mistake !== undefined) throw refused(sentenceFor(mistake, lines));
    if (document.directives?.yaml.explicit === true) throw refused('leave out its directives.');
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof CopyError) throw error;
    // Too deep for the library's stack, an anchor that is not there, or anchors that multiply.
    throw refused('it is nested too deeply, or its anchors (&) and aliases (*) cannot be resolved.');
  }
}

interface Mistake {
  readonly message: string;
  /** Where it is, in characters from the beginning. */
  readonly pos: readonly [number, ...number[]];
}

/** What the library says up to where it begins to quote, and the place. */
function sentenceFor({ message, pos }: Mistake, lines: LineCounter): string {
  // Stack and errors are the library's; what it means is not.
  const [words = ''] = /call stack/.test(message) ? ['it is nested too deeply'] : message.split(':');
  const { line, col } = lines.linePos(pos[0]);
  return `${words} at line ${line}, column ${col}.`;
}

/** Keys that a map has twice: the last one would win without a word. */
function repeatedKeys(document: Document): readonly Mistake[] {
  const found: Mistake[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<unknown>();
      for (const { key } of items.filter((item) => isScalar(item.key))) {
        const { value, range } = isScalar(key) ? key : {};
        if (names.has(value)) found.push({ message: 'Map keys must be unique', pos: [range?.[0] ?? 0] });
        names.add(value);
      }
    },
  });
  return found;
}

/**
 * A document as the text of a parameter: JSON, whatever it was written in, so that no handler carries a YAML parser.
 *
 * @throws CopyError InvalidConfig when it is too long for a parameter.
 */
export function parameterText(document: unknown, path: string): string {
  return parameterSized(JSON.stringify(document), `${path}, as JSON,`);
}

/**
 * The text itself, if a parameter can hold it.
 *
 * @param what Begins the sentence of the error.
 * @throws CopyError InvalidConfig
 */
export function parameterSized(text: string, what: string): string {
  if (Buffer.byteLength(text) <= MAX_BYTES) return text;
  throw new CopyError('InvalidConfig', `${what} is above ${MAX_BYTES} bytes, the most a parameter holds.`);
}

/**
 * The text of a file.
 *
 * @param advice Ends the sentence of the error.
 * @throws CopyError InvalidConfig
 */
export function readText(path: string, advice: string): string {
  let bytes: Buffer;
  try {
    bytes = readStart(path, MAX_FILE_BYTES + 1);
  } catch (cause) {
    throw new CopyError('InvalidConfig', `${path} cannot be read: ${advice}`, { cause });
  }
  if (bytes.byteLength <= MAX_FILE_BYTES) return bytes.toString('utf8');
  throw new CopyError('InvalidConfig', `${path} is above ${MAX_FILE_BYTES} bytes: ${advice}`);
}

/** So many bytes of a file at most, whatever its size is said to be: it may be a pipe or a device. */
function readStart(path: string, most: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    let read = -1;
    while (read !== 0 && length < most) {
      read = readSync(file, bytes, length, most - length, null);
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
