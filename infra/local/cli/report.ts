import { type Check, Receipt } from '@objectferry/shared/contract.ts';
import { adviceFor, isErrorName } from '@objectferry/shared/errors.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { formatBytes, formatSeconds } from './format.ts';
import { type RunResult, STOPPED } from './run.ts';

const FAILED = 1;
const BAD_REQUEST = 2;

/** Prints the receipt on stdout: one JSON line, or lines for a person. */
function printReceipt(receipt: Receipt, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(receipt)}\n` : `${receiptLines(receipt).join('\n')}\n`);
}

/** The receipt as a person reads it. */
export function receiptLines(receipt: Receipt): string[] {
  const { source, destination, size, strategy, retries, throttles, seconds, adopted } = receipt;
  return [
    strategy === 'skip' ? 'Not copied: the destination holds the same content already.' : 'Copied and proven.',
    `  from      ${formatLocation(source)}`,
    `  to        ${formatLocation(destination)}`,
    `  size      ${size} bytes (${formatBytes(size)})`,
    `  how       ${how(receipt)}`,
    `  retries   ${retries}, ${throttles} of them after throttling; ${adopted} parts adopted`,
    `  time      ${formatSeconds(seconds)}${seconds > 0 ? ` (${formatBytes(size / seconds)}/s)` : ''}`,
    `  etag      ${destination.etag ?? 'none'}`,
    ...(destination.encryption === undefined ? [] : [`  encrypted ${destination.encryption.algorithm}`]),
    ...receipt.checks.map((check) => `  check     ${checkText(check)}`),
  ];
}

function how({ strategy, partCount, partSize, spans }: Receipt): string {
  if (strategy === 'parts')
    return `${partCount} parts of ${formatBytes(partSize ?? 0)} in ${spans} ${spans === 1 ? 'span' : 'spans'}`;
  return strategy === 'whole' ? 'one request' : 'skipped';
}

function checkText({ name, result, source, destination }: Check): string {
  const values = result === 'unavailable' ? '' : ` (${source ?? destination})`;
  return `${name} ${result}${values}`;
}

const Cause = v.object({ errorMessage: v.string() });

/** Prints how a copy ended: the receipt, or the error and what to do next. @returns the exit code. */
export function reportEnd(result: RunResult, json: boolean): number {
  if (result.status === 'SUCCEEDED') {
    printReceipt(parse(Receipt, result.output, 'The receipt'), json);
    return 0;
  }
  const exitCode = explain(result.error, messageOf(result.cause), json);
  return result.stopped ? STOPPED : exitCode;
}

/** Writes one sentence and what to do next to stderr, with `json` also an error document to stdout. @returns the exit code. */
export function explain(error: string, message: string, json: boolean): number {
  const advice = isErrorName(error) ? adviceFor(error) : undefined;
  process.stderr.write(`objectferry: ${error}: ${message}\n${advice === undefined ? '' : `${advice}\n`}`);
  if (json) process.stdout.write(`${JSON.stringify({ error, message, advice })}\n`);
  return error === 'InvalidRequest' || error === 'InvalidConfig' ? BAD_REQUEST : FAILED;
}

/** The sentence in a cause: what Lambda reports is a document around it. */
export function messageOf(cause: string): string {
  try {
    const parsed = v.safeParse(Cause, JSON.parse(cause));
    return parsed.success ? parsed.output.errorMessage : cause;
  } catch {
    return cause;
  }
}
