import { readFileSync } from 'node:fs';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { parse as parseYaml } from 'yaml';

/** What the stack needs of a stores file: the document for the handlers, and the secrets they may read for it. */
export interface StoresFile {
  /** JSON, whatever the file was written in, so that no handler has to carry a YAML parser. */
  readonly json: string;
  readonly secretIds: readonly string[];
}

/** Stands in until there is a stores file, so that a fresh clone can be synthesized; every copy fails with advice. */
export const NO_STORES: StoresFile = { json: JSON.stringify({ stores: {} }), secretIds: [] };

// The most an SSM parameter holds (advanced tier).
const MAX_BYTES = 8192;

const Secret = v.pipe(
  v.string(),
  // The id becomes part of a permission, where a `*` would mean every secret.
  v.regex(
    /^(arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/,
    'is not the name or ARN of a secret.',
  ),
);
const Document = v.object({
  stores: v.record(
    v.string(),
    v.object({
      credentials: v.union([v.object({ secret: Secret }), v.object({ env: v.string() })], 'must name a secret.'),
    }),
  ),
});

/**
 * Reads a stores file for deployment: the handlers' own check, and what decides over permissions.
 *
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readStoresFile(path: string): StoresFile {
  const document = readStoresDocument(path);
  parseStores(document);
  const { stores } = parse(Document, document, path, 'InvalidConfig');
  const json = JSON.stringify(document);
  if (Buffer.byteLength(json) > MAX_BYTES) {
    throw new CopyError('InvalidConfig', `${path} is above ${MAX_BYTES} bytes as JSON, the most a parameter holds.`);
  }
  const secretIds = Object.entries(stores).map(([name, { credentials }]) => {
    if ('secret' in credentials) return credentials.secret;
    throw new CopyError(
      'InvalidConfig',
      `${path}: stores.${name}.credentials reads environment variables, which a function on AWS does not have; put the keys into a secret and write { secret: id }.`,
    );
  });
  return { json, secretIds: [...new Set(secretIds)] };
}

/**
 * Reads a stores file, YAML or JSON, as plain data.
 *
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readStoresDocument(path: string): unknown {
  const text = readText(path);
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

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CopyError(
      'InvalidConfig',
      `${path} cannot be read: give the path of a stores file, stores.example.yaml shows one.`,
      {
        cause,
      },
    );
  }
}
