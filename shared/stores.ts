import * as v from 'valibot';
import type { CredentialSource } from './credentials.ts';
import { CopyError } from './errors.ts';
import type { Transport } from './http/transport.ts';
import type { ObjectLocation } from './location.ts';
import type { ObjectStore, Provider, StoreConfig } from './provider/provider.ts';
import { PROVIDERS, providerOf } from './provider/registry.ts';
import { quoted } from './quoted.ts';
import { heardRecord, parse } from './schema.ts';

/** The stores of a stores file, by name. */
export type StoreConfigs = Readonly<Record<string, StoreConfig>>;

/** A configured store with its client. */
export interface OpenStore {
  readonly name: string;
  readonly config: StoreConfig;
  readonly provider: Provider;
  readonly client: ObjectStore;
  readonly credentials: CredentialSource;
}

/** Gives the stores that requests may name, and no others. */
export interface Stores {
  /**
   * The store of a location, once the location is one that a request may use there.
   *
   * @param role `source` or `destination`, as the sentence of the error calls it.
   * @throws CopyError InvalidRequest for an unknown store, a bucket that is not allowed, an impossible name.
   */
  readonly open: (location: ObjectLocation, role: 'source' | 'destination') => OpenStore;
}

const STORE_NAME = /^[a-z0-9][a-z0-9._-]{0,254}$/i;

const StoresFile = v.strictObject({
  stores: v.pipe(
    heardRecord(
      v.pipe(v.string(), v.regex(STORE_NAME, 'is not a store name, use letters, digits, dots, - and _.')),
      v.looseObject({ provider: v.string() }),
    ),
    v.check((stores) => Object.keys(stores).length > 0, 'is empty, describe at least one store.'),
  ),
});

/**
 * Checks a stores file that was read from YAML or JSON.
 *
 * @param file The document as plain data.
 * @throws CopyError InvalidConfig with one sentence that names the field.
 */
export function parseStores(file: unknown): StoreConfigs {
  const { stores } = parse(StoresFile, file, 'The stores file', 'InvalidConfig');
  return Object.fromEntries(
    Object.entries(stores).map(([name, store]) => {
      const provider = providerOf(store.provider);
      if (provider === undefined) {
        throw new CopyError(
          'InvalidConfig',
          `The stores file: stores.${name}.provider is ${shownProvider(store.provider)}, choose one of ${Object.keys(PROVIDERS).join(', ')}.`,
        );
      }
      return [name, parse(provider.schema, store, `The stores file, store ${name}`, 'InvalidConfig')];
    }),
  );
}

/** A word is quoted; what else somebody typed there may be a secret. */
function shownProvider(text: string): string {
  return /^[a-z0-9-]{1,12}$/i.test(text) ? `"${text}"` : 'not one of ours';
}

/** What clients need from outside. */
export interface StoresContext {
  readonly transport: Transport;
  readonly now: () => Date;
  readonly credentials: (config: StoreConfig['credentials'], store: string) => CredentialSource;
}

/** Opens stores on first use and keeps each client for as long as the process lives. */
export function openStores(configs: StoreConfigs, context: StoresContext): Stores {
  const open = new Map<string, OpenStore>();
  const store = (name: string, role: string): OpenStore => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const config = Object.hasOwn(configs, name) ? configs[name] : undefined;
    const provider = config === undefined ? undefined : providerOf(config.provider);
    if (config === undefined || provider === undefined) {
      throw new CopyError(
        'InvalidRequest',
        `${role}.store is ${quoted(name)}, which is not in the stores file; it has ${Object.keys(configs).join(', ')}.`,
      );
    }
    const credentials = context.credentials(config.credentials, name);
    const client = provider.createStore(config, { transport: context.transport, now: context.now, credentials });
    const opened = { name, config, provider, client, credentials };
    open.set(name, opened);
    return opened;
  };
  return {
    open: (location, role) => {
      const opened = store(location.store, role);
      refuseBadNames(opened, location, role);
      return opened;
    },
  };
}

function refuseBadNames({ name, config, provider }: OpenStore, { bucket, key }: ObjectLocation, role: string): void {
  const bucketProblem = provider.bucketProblem(bucket);
  if (bucketProblem !== undefined) throw new CopyError('InvalidRequest', `${role}.bucket: ${bucketProblem}`);
  if (!config.buckets.some((pattern) => matches(pattern, bucket))) {
    throw new CopyError(
      'InvalidRequest',
      `${role}.bucket is ${quoted(bucket)}, which store ${name} does not allow; it allows ${config.buckets.join(', ')}.`,
    );
  }
  const keyProblem = provider.keyProblem(key);
  if (keyProblem !== undefined) throw new CopyError('InvalidRequest', `${role}.key: ${keyProblem}`);
}

function matches(pattern: string, bucket: string): boolean {
  return pattern.endsWith('*') ? bucket.startsWith(pattern.slice(0, -1)) : bucket === pattern;
}
