import { readFileSync } from 'node:fs';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse as parseYaml } from 'yaml';

const KINDS = {
  stores: 'a stores file, stores.example.yaml',
  events: 'a file of rules, events.example.yaml',
  deployment: 'a file of settings, objectferry.example.yaml',
} as const;

/** The most an SSM parameter holds, in bytes (advanced tier). */
const MAX_BYTES = 8192;

/**
 * Reads a file of settings, YAML or JSON, as plain data.
 *
 * @param kind Which of the files it is, for the sentence of an error.
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readDocument(path: string, kind: keyof typeof KINDS): unknown {
  const text = readText(path, `give the path of ${KINDS[kind]} shows one.`);
  try {
    return parseYaml(text);
  } catch (cause) {
    const [line] = cause instanceof Error ? cause.message.split('\n') : [];
    throw new CopyError(
      'InvalidConfig',
      `${path} is not YAML or JSON: ${line?.replace(/:$/, '.') ?? 'it does not parse.'}`,
      { cause },
    );
  }
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
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CopyError('InvalidConfig', `${path} cannot be read: ${advice}`, { cause });
  }
}
