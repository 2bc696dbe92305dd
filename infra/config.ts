import { existsSync } from 'node:fs';
import { type EventsFile, readEventsFile, readPinnedCertificates } from './events-file.ts';
import { DEFAULT_SETTINGS, readSettings, type Settings } from './settings.ts';
import { NO_STORES, readStoresFile, type StoresFile } from './stores-file.ts';

/** Everything a deployment can choose. */
export interface DeploymentConfig {
  readonly stores: StoresFile;
  /** Absent when no file of rules is deployed: then there is no queue, and nothing listens for events. */
  readonly events?: EventsFile | undefined;
  readonly settings: Settings;
}

/** What a fresh clone deploys. */
export const NO_CONFIG: DeploymentConfig = { stores: NO_STORES, settings: DEFAULT_SETTINGS };

const DEFAULT_STORES_FILE = 'stores.yaml';
const DEFAULT_EVENTS_FILE = 'events.yaml';

/**
 * Reads everything that a deployment chooses, once: its settings, and the two files that they name.
 *
 * @param context CDK's context: `-c storesFile=…`, or `context` in cdk.json.
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readConfig(context: Readonly<Record<string, unknown>>): DeploymentConfig {
  const settings = readSettings(context);
  const storesFile = settings.storesFile ?? ifExists(DEFAULT_STORES_FILE);
  const eventsFile = settings.eventsFile ?? ifExists(DEFAULT_EVENTS_FILE);
  const stores = storesFile === undefined ? NO_STORES : readStoresFile(storesFile);
  if (eventsFile === undefined) return { settings, stores };
  const { pinnedCertificatesFile: pinned } = settings;
  const pinnedCertificates = pinned === undefined ? undefined : readPinnedCertificates(pinned);
  return { settings, stores, events: { ...readEventsFile(eventsFile, stores.configs), pinnedCertificates } };
}

function ifExists(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
