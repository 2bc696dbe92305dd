import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { parameterText, readDocument } from './document.ts';

/** What the stack needs of a stores file: the document for the handlers, and the secrets they may read for it. */
export interface StoresFile {
  /** JSON, whatever the file was written in, so that no handler has to carry a YAML parser. */
  readonly json: string;
  readonly secretIds: readonly string[];
  /** The stores as the handlers will see them. */
  readonly configs: StoreConfigs;
}

/** Stands in until there is a stores file, so that a fresh clone can be synthesized; every copy fails with advice. */
export const NO_STORES: StoresFile = { json: JSON.stringify({ stores: {} }), secretIds: [], configs: {} };

export const SecretId = v.pipe(
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
      credentials: v.union([v.object({ secret: SecretId }), v.object({ env: v.string() })], 'must name a secret.'),
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
  const configs = parseStores(document);
  const { stores } = parse(Document, document, path, 'InvalidConfig');
  const json = parameterText(document, path);
  const secretIds = Object.entries(stores).map(([name, { credentials }]) => {
    if ('secret' in credentials) return credentials.secret;
    throw new CopyError(
      'InvalidConfig',
      `${path}: stores.${name}.credentials reads environment variables, which a function on AWS does not have; put the keys into a secret and write { secret: id }.`,
    );
  });
  return { json, secretIds: [...new Set(secretIds)], configs };
}

/**
 * Reads a stores file, YAML or JSON, as plain data.
 *
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readStoresDocument(path: string): unknown {
  return readDocument(path, 'stores');
}
