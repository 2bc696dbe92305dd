import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, it } from 'vitest';
import { readStoresDocument } from '#infra/stores-file.ts';
import { describeConformance } from './suite.ts';

const file = process.env['OBJECTFERRY_LIVE'];

/** The same suite against real stores: `OBJECTFERRY_LIVE=stores.yaml`, with the keys that the file names. */
describe('real stores', () => {
  if (file === undefined) return it('are judged', ({ skip }) => skip('OBJECTFERRY_LIVE names no stores file'));
  for (const [name, { maxInFlight: _default, ...store }] of Object.entries(parseStores(readStoresDocument(file)))) {
    const [source, destination = source] = store.buckets;
    if (source === undefined || destination === undefined) continue;
    describeConformance(name, async () => ({
      store,
      env: process.env,
      buckets: [source, destination],
      [Symbol.asyncDispose]: async () => undefined,
    }));
  }
});
