import { type Check, Receipt } from '@objectferry/shared/contract.ts';
import { adviceFor, isErrorName } from '@objectferry/shared/errors.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { BAD_REQUEST, DONE, FAILED, STOPPED } from './exit-code.ts';
import { formatBytes, formatSeconds } from './format.ts';
import type { RunResult } from './run.ts';

/** Prints the receipt on stdout: one JSON line, or lines for a person. */
function printReceipt(receipt: Receipt, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(receipt)}\n` : `${receiptLines(receipt).join('\n')}\n`);
}

/** The receipt as a person reads it. */
export function receiptLines(receipt: Receipt): string[] {
  const { source, destination, size, retries, throttles, seconds, adopted } = receipt;
  return [
    headline(receipt),
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

/** Says no more than the checks do. */
function headline({ strategy, checks }: Receipt): string {
  if (strategy === 'skip') return 'Not copied: the destination holds the same content already.';
  const equal = (names: readonly Check['name'][]): boolean =>
    checks.some(({ name, result }) => result === 'equal' && names.includes(name));
  if (equal(['crc64ecma', 'crc64nvme', 'crc32', 'crc32c', 'etag'])) return 'Copied and proven.';
  if (equal(['parts', 'size'])) return 'Copied: sizes and parts agree, but no checksum is known on both sides.';
  return 'Copied, but the destination could not be looked at afterwards.';
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
    return DONE;
  }
  const exitCode = explain(result.error, messageOf(result.cause), json);
  return result.stopped ? STOPPED : exitCode;
}

/** Writes one sentence and what to do next to stderr, with `json` also an error document to stdout. @returns the exit code. */
export function explain(error: string, message: string, json: boolean): number {
  const advice = isErrorName(error) ? adviceFor(error) : undefined;
  const mistake = error === 'InvalidRequest' || error === 'InvalidConfig';
  // The sentence about a mistake says what to change; the advice only says so too.
  const lines = advice === undefined || mistake ? [message] : [message, advice];
  process.stderr.write(`objectferry: ${error}: ${lines.join('\n')}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error, message, advice })}\n`);
  return mistake ? BAD_REQUEST : FAILED;
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
