import { type CredentialFields, Credentials } from '@objectferry/shared/credentials.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { openStores, parseStores } from '@objectferry/shared/stores.ts';
import { EMULATED } from '../emulators/catalogue.ts';

/** Where a store is, and who asks it. */
export interface Place {
  readonly region: string;
  readonly endpoint: string;
  readonly accounts: readonly CredentialFields[];
}

/** No request ever gets there: for clients whose transport is not a network. */
export const NOWHERE: Place = {
  region: 'nowhere1',
  endpoint: 'https://store.example.com',
  accounts: [{ accessKeyId: 'AKEXAMPLEEXAMPLE', secretAccessKey: 'a-secret-that-nobody-has' }],
};

/** A client of the named provider as a stores file opens it, before any transport. */
export function openStore(name: string, place: Place, transport: Transport, more: object = {}): ObjectStore {
  const provider = EMULATED[name];
  const [account] = place.accounts;
  if (provider === undefined || account === undefined) throw new Error(`${name} is not emulated.`);
  const { buckets, storeFields } = provider;
  const { region, endpoint } = place;
  const own = { provider: name, region, endpoint, addressing: 'path', credentials: { env: 'X' }, buckets };
  const credentials = new Credentials(account);
  const stores = openStores(parseStores({ stores: { [name]: { ...own, ...storeFields, ...more } } }), {
    transport,
    now: () => new Date(),
    credentials: () => async () => credentials,
  });
  return stores.open({ store: name, bucket: buckets[0], key: 'key' }, 'source').client;
}
