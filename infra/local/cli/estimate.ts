import { refuseOverBudget } from '@objectferry/shared/copy/budget.ts';
import { type Decided, estimateCopy } from '@objectferry/shared/copy/estimate-copy.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { quoted } from '../../../shared/quoted.ts';
import { documentOf } from '../estimate/document.ts';
import { lookAtSource } from '../estimate/source.ts';
import { imagineSource } from '../estimate/what-if.ts';
import { estimateLines } from './estimate-text.ts';
import { DONE } from './exit-code.ts';
import { explain } from './report.ts';

const Flags = v.strictObject({
  stores: v.string(),
  json: v.optional(v.boolean(), false),
  size: v.optional(v.string()),
  provider: v.optional(v.string()),
  store: v.optional(v.string()),
  partSizeMib: v.optional(v.string()),
  maxInFlight: v.optional(v.string()),
  copies: v.optional(v.string()),
  verify: v.optional(v.string()),
  maxDollars: v.optional(v.string()),
});
/** The flags of `objectferry estimate`, as the shell gave them. */
type Flags = v.InferOutput<typeof Flags>;

/** `objectferry estimate`: looks at the source, or imagines one, and prints what its copy takes. @returns the exit code. */
export async function estimate(
  source: string | undefined,
  destination: string | undefined,
  rawFlags: unknown,
): Promise<number> {
  const flags = parse(Flags, rawFlags, 'The command line');
  try {
    const copy = await decide(source, destination, flags);
    const estimated = estimateCopy(copy);
    const document = documentOf(copy, estimated, source !== undefined);
    process.stdout.write(flags.json ? `${JSON.stringify(document)}\n` : `${estimateLines(document).join('\n')}\n`);
    try {
      refuseOverBudget(copy);
      return DONE;
    } catch (error) {
      // The document has told programs already.
      if (error instanceof CopyError) return explain(error.name, error.message, false);
      throw error;
    }
  } catch (error) {
    if (error instanceof CopyError) return explain(error.name, error.message, flags.json);
    throw error;
  }
}

function decide(source: string | undefined, destination: string | undefined, flags: Flags): Promise<Decided> {
  const { stores, size, provider, store } = flags;
  const options = optionsFrom(flags);
  if (size !== undefined) {
    if (source !== undefined) throw mistake('--size imagines an object: give it, or a source, and not both.');
    return imagineSource({ stores, size, provider, store, options });
  }
  if (provider !== undefined || store !== undefined)
    throw mistake('--provider and --store are of use only with --size.');
  if (source === undefined || destination === undefined) {
    throw mistake('Give a source and a destination, or --size with --provider or --store.');
  }
  return lookAtSource({ stores, request: { source, destination, options }, env: process.env });
}

function optionsFrom({ partSizeMib, maxInFlight, copies, verify, maxDollars }: Flags): Record<string, unknown> {
  const options = {
    partSizeMiB: numberOf('--part-size-mib', partSizeMib),
    maxInFlight: numberOf('--max-in-flight', maxInFlight),
    copiesAtOnce: numberOf('--copies', copies),
    verify,
    maxDollars: numberOf('--max-dollars', maxDollars),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  throw mistake(`${flag} is ${quoted(text)}: give a number.`);
}

function mistake(sentence: string): CopyError {
  return new CopyError('InvalidRequest', sentence);
}
