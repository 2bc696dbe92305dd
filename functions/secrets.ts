import {
  type CredentialFields,
  type CredentialSource,
  Credentials,
  CustomerKey,
} from '@objectferry/shared/credentials.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { StoreConfig } from '@objectferry/shared/provider/provider.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';

/** Gives the text of a named secret. @throws CopyError InvalidConfig */
export type ReadSecret = (id: string) => Promise<string>;
/** Environment variables, read in one place and handed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

const CUSTOMER_KEY_BYTES = 32;
const CredentialSecret = v.object({
  accessKeyId: v.pipe(v.string(), v.nonEmpty('is empty.')),
  secretAccessKey: v.pipe(v.string(), v.nonEmpty('is empty.')),
  sessionToken: v.optional(v.string()),
});

/**
 * Where a store's credentials come from: the environment, or a secret, asked again for every request. The same keys
 * give the same object, because signing keys are derived once per object.
 */
export function credentialSource(
  config: StoreConfig['credentials'],
  store: string,
  { env, readSecret }: { readonly env: Environment; readonly readSecret: ReadSecret },
): CredentialSource {
  const read =
    'env' in config ? async () => fromEnvironment(config.env, store, env) : () => fromSecret(config.secret, readSecret);
  let last: Credentials | undefined;
  return async () => {
    const fields = await read();
    if (last === undefined || !sameKeys(last, fields)) last = new Credentials(fields);
    return last;
  };
}

/** A customer key (SSE-C) is a secret whose text is the base64 of its 32 bytes. @throws CopyError InvalidConfig */
export async function customerKeyFrom(readSecret: ReadSecret, id: string): Promise<CustomerKey> {
  const bytes = Buffer.from(await readSecret(id), 'base64');
  if (bytes.length === CUSTOMER_KEY_BYTES) return new CustomerKey(bytes);
  throw new CopyError('InvalidConfig', `The secret ${id} is not a customer key: store the base64 of 32 bytes in it.`);
}

function fromEnvironment(name: string, store: string, env: Environment): CredentialFields {
  const accessKeyId = env[`${name}_ACCESS_KEY_ID`];
  const secretAccessKey = env[`${name}_SECRET_ACCESS_KEY`];
  const missing = [
    ...(accessKeyId ? [] : [`${name}_ACCESS_KEY_ID`]),
    ...(secretAccessKey ? [] : [`${name}_SECRET_ACCESS_KEY`]),
  ];
  if (!accessKeyId || !secretAccessKey) {
    throw new CopyError(
      'InvalidConfig',
      `Store ${store} has no credentials: set ${missing.join(' and ')} in the environment.`,
    );
  }
  return { accessKeyId, secretAccessKey, sessionToken: env[`${name}_SESSION_TOKEN`] || undefined };
}

async function fromSecret(id: string, readSecret: ReadSecret): Promise<CredentialFields> {
  return parse(CredentialSecret, parseJson(await readSecret(id), id), `The secret ${id}`, 'InvalidConfig');
}

function sameKeys(a: CredentialFields, b: CredentialFields): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
  );
}

function parseJson(text: string, id: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which is a secret.
    throw new CopyError(
      'InvalidConfig',
      `The secret ${id} is not JSON: store {"accessKeyId": …, "secretAccessKey": …}.`,
    );
  }
}
