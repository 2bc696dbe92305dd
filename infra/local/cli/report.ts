import { messageOf } from '@objectferry/shared/cause.ts';
import { type Check, Receipt } from '@objectferry/shared/contract.ts';
import { adviceFor, isErrorName } from '@objectferry/shared/errors.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { leftSentence } from '../journal/sentences.ts';
import { carriedLines, lossText } from './carried-lines.ts';
import { BAD_REQUEST, DONE, FAILED, STOPPED } from './exit-code.ts';
import { formatBytes, formatSeconds } from './format.ts';
import type { RunResult } from './run.ts';

/** Prints the receipt on stdout: one JSON line, or lines for a person. */
export function printReceipt(receipt: Receipt, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(receipt)}\n` : `${receiptLines(receipt).join('\n')}\n`);
}

/** The receipt as a person reads it. */
export function receiptLines(receipt: Receipt): string[] {
  const { source, destination, size, retries, throttles, seconds, adopted } = receipt;
  return [
    headline(receipt).replace(/\.$/, `${lossText(receipt.carried)}.`),
    `  from      ${formatLocation(source)}`,
    `  to        ${formatLocation(destination)}`,
    `  size      ${size} bytes (${formatBytes(size)})`,
    `  how       ${how(receipt)}`,
    `  retries   ${retries}, ${throttles} of them after throttling; ${adopted} parts adopted`,
    `  time      ${formatSeconds(seconds)}${seconds > 0 ? ` (${formatBytes(size / seconds)}/s)` : ''}`,
    `  etag      ${destination.etag ?? 'none'}`,
    ...(destination.encryption === undefined ? [] : [`  encrypted ${destination.encryption.algorithm}`]),
    ...receipt.checks.map((check) => `  check     ${checkText(check)}`),
    ...carriedLines(receipt.carried),
  ];
}

/** Says no more than the checks do. */
function headline({ strategy, checks }: Receipt): string {
  if (strategy === 'skip') return 'Not copied: the destination holds the same content already.';
  const equal = (names: readonly Check['name'][]): boolean =>
    checks.some(({ name, result }) => result === 'equal' && names.includes(name));
  if (equal(['crc64ecma', 'crc64nvme', 'crc32', 'crc32c', 'etag', 'bytes'])) return 'Copied and proven.';
  if (equal(['parts', 'size'])) return 'Copied: sizes and parts agree, but no checksum is known on both sides.';
  return 'Copied, but the destination could not be looked at afterwards.';
}

function how({ strategy, partCount, partSize, spans, splitParts = 0 }: Receipt): string {
  if (strategy === 'parts') {
    const split = splitParts > 0 ? `; ${splitParts} of them in halves, after they had timed out` : '';
    return `${partCount} parts of ${formatBytes(partSize ?? 0)} in ${spans} ${spans === 1 ? 'span' : 'spans'}${split}`;
  }
  return strategy === 'whole' ? 'one request' : 'skipped';
}

function checkText({ name, result, source, destination }: Check): string {
  const values = result === 'unavailable' ? '' : ` (${source ?? destination})`;
  return `${name} ${result}${values}`;
}

/** Prints how a copy ended: the receipt, or the error and what to do next. @returns the exit code. */
export function reportEnd(result: RunResult, json: boolean): number {
  if (result.status === 'SUCCEEDED') {
    printReceipt(parse(Receipt, result.output, 'The receipt'), json);
    return DONE;
  }
  const exitCode = explain(result.error, messageOf(result.cause), json);
  const left = leftSentence(result);
  if (left !== undefined) process.stderr.write(`${left}\n`);
  if (result.stopped) return STOPPED;
  // A store may call a request wrong long after the copy has begun.
  return result.begun ? FAILED : exitCode;
}

/**
 * Writes one sentence and what to do next to stderr, with `json` also an error document to stdout.
 *
 * @param ofCopy False for an error of an API, which may have the name of one of a copy, but needs other advice.
 * @returns the exit code.
 */
export function explain(error: string, message: string, json: boolean, ofCopy = true): number {
  const advice = ofCopy && isErrorName(error) ? adviceFor(error) : undefined;
  const mistake = error === 'InvalidRequest' || error === 'InvalidConfig';
  // The sentence about a mistake says what to change; the advice only says so too.
  const lines = advice === undefined || mistake ? [message] : [message, advice];
  process.stderr.write(`objectferry: ${error}: ${lines.join('\n')}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error, message, advice })}\n`);
  return mistake ? BAD_REQUEST : FAILED;
}
