import { existsSync } from 'node:fs';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { NO_STORES, readStoresFile, type StoresFile } from './stores-file.ts';

/** Everything a deployment can choose. */
export interface DeploymentConfig {
  readonly stores: StoresFile;
}

const DEFAULT_STORES_FILE = 'stores.yaml';

const Settings = v.strictObject({
  /** Path of the stores file to deploy; default `stores.yaml`, and a placeholder where that does not exist. */
  storesFile: v.optional(v.pipe(v.string(), v.nonEmpty('is empty, write the path of a stores file.'))),
});

/**
 * Reads the deployment's settings from CDK context (`-c storesFile=…`, or `context` in cdk.json), once.
 *
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readConfig(context: Readonly<Record<string, unknown>>): DeploymentConfig {
  // Plain words are ours, so that a misspelt one is an error; CDK's own keys all have a colon or a slash.
  const own = Object.fromEntries(Object.entries(context).filter(([key]) => /^\w+$/.test(key)));
  const { storesFile } = parse(Settings, own, 'The CDK context', 'InvalidConfig');
  if (storesFile !== undefined) return { stores: readStoresFile(storesFile) };
  return { stores: existsSync(DEFAULT_STORES_FILE) ? readStoresFile(DEFAULT_STORES_FILE) : NO_STORES };
}
