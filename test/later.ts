import type { Runtime } from '@objectferry/shared/runtime.ts';

/** What runs with this sees a later hour, and so does what it asks the providers; requests are signed as of now. */
export function later<Given extends Pick<Runtime, 'clock' | 'stores'>>(runtime: Given, ms: () => number): Given {
  const now = (): Date => new Date(Date.now() + ms());
  const stores: Runtime['stores'] = {
    ...runtime.stores,
    open: (location, use) => {
      const store = runtime.stores.open(location, use);
      const client: typeof store.client = {
        ...store.client,
        listUploads: async (...asked) => ({ ...(await store.client.listUploads(...asked)), answeredAt: now() }),
      };
      return { ...store, client };
    },
  };
  return { ...runtime, stores, clock: { ...runtime.clock, now } };
}
