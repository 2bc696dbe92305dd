import {
  type CredentialFields,
  type CredentialSource,
  Credentials,
  CustomerKey,
  sameKeys,
} from '@objectferry/shared/credentials.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { StoreConfig } from '@objectferry/shared/provider/provider.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';

/** Gives the text of a named secret; `fresh`: past every cache. @throws CopyError InvalidConfig */
export type ReadSecret = (id: string, fresh?: boolean) => Promise<string>;
/** Environment variables, read in one place and handed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

const CUSTOMER_KEY_BYTES = 32;
const CredentialSecret = v.object({
  accessKeyId: v.pipe(v.string(), v.nonEmpty('is empty.')),
  secretAccessKey: v.pipe(v.string(), v.nonEmpty('is empty.')),
  sessionToken: v.optional(v.string()),
});

/** How old a secret may be that nobody has refused; as long as the extension of AWS keeps one. */
const KEEP_SECRET_MS = 300_000;

/**
 * Keeps secrets in this process, because credentials are asked for before every request. The extension beside the
 * handler has a cache, but no way past it, so there it is switched off.
 *
 * @param now Milliseconds.
 */
export function keepSecrets(read: (id: string) => Promise<string>, now: () => number): ReadSecret {
  const kept = new Map<string, { readonly text: Promise<string>; readonly until: number }>();
  return (id, fresh = false) => {
    const known = kept.get(id);
    if (!fresh && known !== undefined && now() < known.until) return known.text;
    // Requests in flight share one reading; one that failed is not kept.
    const entry = { text: read(id), until: now() + KEEP_SECRET_MS };
    kept.set(id, entry);
    entry.text.catch(() => kept.get(id) === entry && kept.delete(id));
    return entry.text;
  };
}

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
    'env' in config ? async () => fromEnvironment(config.env, store, env) : secretReader(config.secret, readSecret);
  let last: Credentials | undefined;
  let rereading: Promise<CredentialFields> | undefined;
  // Hundreds of requests may be refused at the same time: one reading is for all of them.
  const reread = (): Promise<CredentialFields> => {
    rereading ??= read(true).finally(() => {
      rereading = undefined;
    });
    return rereading;
  };
  return async (refused) => {
    // One that was refused with older keys than those that are known already needs no reading either.
    const stale = refused !== undefined && (last === undefined || sameKeys(last, refused));
    const fields = stale ? await reread() : await read(false);
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
  if (!accessKeyId || !secretAccessKey) {
    const missing = [
      ...(accessKeyId ? [] : [`${name}_ACCESS_KEY_ID`]),
      ...(secretAccessKey ? [] : [`${name}_SECRET_ACCESS_KEY`]),
    ];
    throw new CopyError(
      'InvalidConfig',
      `Store ${store} has no credentials: set ${missing.join(' and ')} in the environment.`,
    );
  }
  return { accessKeyId, secretAccessKey, sessionToken: env[`${name}_SESSION_TOKEN`] || undefined };
}

/** Reads a secret, whose text is parsed once for as long as it stays the same. */
function secretReader(id: string, readSecret: ReadSecret): (fresh: boolean) => Promise<CredentialFields> {
  let last: { readonly text: string; readonly fields: CredentialFields } | undefined;
  return async (fresh) => {
    const text = await readSecret(id, fresh);
    if (last?.text !== text) {
      last = { text, fields: parse(CredentialSecret, parseJson(text, id), `The secret ${id}`, 'InvalidConfig') };
    }
    return last.fields;
  };
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
