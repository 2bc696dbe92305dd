import { CopyRequest } from '../contract.ts';
import { routeOf } from '../copy/route.ts';
import { CopyError } from '../errors.ts';
import { parse } from '../schema.ts';
import { openStores, type StoreConfigs } from '../stores.ts';
import type { Rule } from './rule.ts';
import { renderTemplate } from './template.ts';

/**
 * Refuses a rule none of whose copies could work, by sending a typical copy of it as far as one gets without a request:
 * stores and buckets that may not be used, providers and regions between which nothing can be copied, options that the
 * store does not have, a source that is its own destination.
 *
 * @throws CopyError InvalidConfig with a sentence that names the rule.
 */
export function refuseImpossible(rule: Rule, stores: StoreConfigs): void {
  const { when, copyTo, options } = rule;
  const key = `${when.prefix}sample${when.suffix}`;
  try {
    const made = renderTemplate(copyTo.key, { ...when, key, lastModified: SAMPLE_DATE });
    const source = { store: when.store, bucket: when.bucket, key };
    const destination = { store: copyTo.store, bucket: copyTo.bucket, key: made };
    const opened = openStores(stores, { transport: unused, now: unused, credentials: () => unused });
    routeOf({ stores: opened }, parse(CopyRequest, { source, destination, options }, 'A copy'));
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    throw new CopyError('InvalidConfig', `The rules file, rule ${rule.name}: ${error.summary}`, { cause: error });
  }
}

const SAMPLE_DATE = new Date('2026-01-01T00:00:00Z');

function unused(): never {
  throw new Error('Rules are checked without a request.');
}
