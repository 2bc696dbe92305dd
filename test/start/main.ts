import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@objectferry/shared/cause.ts';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { BAD_REQUEST, DONE, STOPPED } from '#infra/local/cli/exit-code.ts';
import { formatBytes } from '#infra/local/cli/format.ts';
import { explain, receiptLines } from '#infra/local/cli/report.ts';
import { run } from '#infra/local/cli/run.ts';
import { firstDifference } from './compare.ts';
import { faultsOf } from './faults.ts';
import { DEMO_PROVIDERS, startProvider } from './provider.ts';

/**
 * The main job with nothing configured: a real file is copied inside an emulated provider by the synthesized state
 * machine while the provider misbehaves, then read back and compared.
 *
 * @returns the exit code: 0 done and equal, 1 failed, 2 bad flags.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv);
  if (flags === undefined) return BAD_REQUEST;
  const { json, provider: name } = flags;
  const say = (line: string): boolean => process.stderr.write(`${line}\n`);
  const file = process.execPath;
  const bytes = await readFile(file);
  await using provider = await startProvider(name);
  if (provider === undefined) {
    process.stderr.write(`--provider is ${name}: choose one of ${DEMO_PROVIDERS.join(', ')}.\n`);
    return BAD_REQUEST;
  }
  const { stores, env, client, buckets, partSizeMiB } = provider;
  const [from, to] = buckets;
  const key = basename(file);
  say(`An emulated ${provider.title} on ${provider.endpoint}, which checks every signature.`);
  say(`Putting ${file} (${formatBytes(bytes.length)}) there as ${name}://${from}/${key}.`);
  await provider.put({ bucket: from, key, bytes });
  provider.misbehave(faultsOf(provider.initiate, client.capabilities.partRangeReported));
  say(`Copying it to ${name}://${to}/${key} in parts of ${partSizeMiB} MiB, while requests fail.`);
  const result = await run({
    request: {
      source: { store: name, bucket: from, key },
      destination: { store: name, bucket: to, key },
      options: { partSizeMiB },
    },
    stores,
    env,
    quiet: json,
  });
  if (result.status === 'FAILED') {
    const exitCode = explain(result.error, messageOf(result.cause), json);
    return result.stopped ? STOPPED : exitCode;
  }
  const receipt = parse(Receipt, result.output, 'The receipt');
  provider.misbehave([]);
  const difference = await firstDifference(client, { bucket: to, key }, bytes);
  if (difference !== undefined) return explain('ChecksumMismatch', difference, json);
  say('What went wrong on the way, and was repaired:');
  for (const line of provider.whatWentWrong()) say(`  ${line}`);
  say(`Step Functions events: ${result.historyEvents} of 25,000; largest state: ${result.largestStateBytes} bytes.`);
  if (json) process.stdout.write(`${JSON.stringify(receipt)}\n`);
  else
    process.stdout.write(
      `${[...receiptLines(receipt), `  read back ${bytes.length} bytes, every one equal`].join('\n')}\n`,
    );
  return DONE;
}

function readFlags(argv: readonly string[]): { readonly json: boolean; readonly provider: string } | undefined {
  try {
    const options = {
      json: { type: 'boolean', default: false },
      provider: { type: 'string', default: 'oss' },
    } as const;
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    process.stderr.write(
      `${first.replace(/\.$/, '')}; the flags are --json and --provider NAME: npm start -- --provider s3.\n`,
    );
    return undefined;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
