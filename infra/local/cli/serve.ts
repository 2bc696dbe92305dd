import { resolve } from 'node:path';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { readDocument } from '../../document.ts';
import { readStoresDocument } from '../../stores-file.ts';
import { defaultFolder } from '../executions/folder.ts';
import { explain } from './report.ts';

const Whole = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+$/, 'must be a whole number.'),
    v.transform(Number),
    v.minValue(least, `must be ${least} or more.`),
    v.maxValue(most, `must be ${most} or less.`),
  );

const Flags = v.strictObject({
  stores: v.string(),
  events: v.optional(v.string()),
  port: Whole(0, 65_535),
  stateFolder: v.optional(v.string()),
  maxRunning: Whole(1, 1000),
  json: v.optional(v.boolean(), false),
});

/** `objectferry serve`: serves the API until it is told to end. @returns the exit code. */
export async function serve(rawFlags: unknown): Promise<number> {
  const json = v.is(v.object({ json: v.literal(true) }), rawFlags);
  try {
    const { stateFolder, ...flags } = parse(Flags, rawFlags, 'The command line');
    const stores = parseStores(readStoresDocument(flags.stores));
    const rules = flags.events === undefined ? undefined : parseRules(readDocument(flags.events, 'events'), stores);
    const folder = resolve(stateFolder ?? defaultFolder(process.env));
    // Loaded late: with it comes all of the CDK, and a mistake should be told at once.
    const { runServer } = await import('./run-server.ts');
    return await runServer({ ...flags, stores, rules, folder, env: process.env });
  } catch (error) {
    if (error instanceof CopyError) return explain(error.name, error.message, json);
    throw error;
  }
}
