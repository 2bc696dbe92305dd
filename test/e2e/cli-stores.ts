import { temporaryFile } from './cli-process.ts';

/** Fields of one store; more and other ones than these to make a mistake. */
export type StoreFields = Readonly<Record<string, unknown>>;

/** A store that points to an emulator, the keys in `OSS_…`. */
export function storeAt(endpoint: string, fields: StoreFields = {}): StoreFields {
  return {
    provider: 'oss',
    region: 'cn-hangzhou',
    endpoint,
    addressing: 'path',
    credentials: { env: 'OSS' },
    buckets: ['raw', 'archive'],
    ...fields,
  };
}

/** Writes a stores file with the store `oss`, in JSON. */
export function jsonStores(oss: StoreFields, others: Readonly<Record<string, StoreFields>> = {}): Promise<string> {
  return temporaryFile('stores.json', JSON.stringify({ stores: { oss, ...others } }));
}

/** The same as a person writes it. */
export function yamlStores(oss: StoreFields): Promise<string> {
  const lines = Object.entries(oss).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`);
  return temporaryFile('stores.yaml', ['# The only store.', 'stores:', '  oss:', ...lines, ''].join('\n'));
}

/** The environment that holds the keys of an account. */
export function keysOf(account: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}): Readonly<Record<string, string>> {
  return {
    OSS_ACCESS_KEY_ID: account.accessKeyId,
    OSS_SECRET_ACCESS_KEY: account.secretAccessKey,
    ...(account.sessionToken === undefined ? {} : { OSS_SESSION_TOKEN: account.sessionToken }),
  };
}
