import { randomBytes } from 'node:crypto';
import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, it } from 'vitest';
import { readStoresDocument } from '#infra/stores-file.ts';
import { liveBuckets } from './live-buckets.ts';
import { describeConformance } from './suite.ts';

const file = process.env['OBJECTFERRY_LIVE'];

/** The same suite against real stores: `OBJECTFERRY_LIVE=stores.yaml`, with the keys that the file names. */
describe('real stores', () => {
  if (file === undefined) return it('are judged', ({ skip }) => skip('OBJECTFERRY_LIVE names no stores file'));
  // Short, because keys have a greatest length.
  const prefix = `objectferry-conformance-${randomBytes(4).toString('hex')}/`;
  for (const [name, { maxInFlight: _default, ...store }] of Object.entries(parseStores(readStoresDocument(file)))) {
    describeConformance(name, async () => ({
      store,
      env: process.env,
      ...liveBuckets(name, store.buckets, process.env),
      prefix,
      [Symbol.asyncDispose]: async () => undefined,
    }));
  }
});
