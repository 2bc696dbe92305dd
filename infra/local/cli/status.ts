import type { CopyStatus } from '@objectferry/shared/api.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { clientFor, EndpointFlags, reporting } from './endpoint-client.ts';
import { DONE } from './exit-code.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { receiptLines } from './report.ts';

const Flags = v.strictObject(EndpointFlags);

/** `objectferry status`. @returns the exit code: 0 whatever the state is, because the question was answered. */
export async function status(id: string, rawFlags: unknown): Promise<number> {
  const flags = parse(Flags, rawFlags, 'The command line');
  return reporting(flags.json, async () => {
    const copy = await clientFor(flags).status(id);
    process.stdout.write(flags.json ? `${JSON.stringify(copy)}\n` : `${statusLines(copy).join('\n')}\n`);
    return DONE;
  });
}

/** A copy's state as a person reads it. */
export function statusLines({ id, state, startedAt, endedAt, ...copy }: CopyStatus): string[] {
  const { source, destination, size, progress, progressError, receipt, error } = copy;
  const places =
    source === undefined || destination === undefined ? [] : [`  from      ${source}`, `  to        ${destination}`];
  return [
    `${id} ${state === 'timedOut' ? 'timed out' : state}`,
    // A receipt says where from and where to itself.
    ...(receipt === undefined ? places : []),
    `  started   ${startedAt}`,
    ...(endedAt === undefined ? [] : [`  ended     ${endedAt}`]),
    ...(size === undefined || receipt !== undefined ? [] : [`  size      ${size} bytes (${formatBytes(size)})`]),
    ...(progress === undefined ? [] : [`  progress  ${progressText(progress)}`]),
    ...(progressError === undefined ? [] : [`  progress  ${progressError.message}`]),
    ...(error === undefined ? [] : [`  error     ${error.name}: ${error.message}`]),
    ...(error?.advice === undefined ? [] : [`  next      ${error.advice}`]),
    ...(receipt === undefined ? [] : receiptLines(receipt)),
  ];
}

function progressText(progress: NonNullable<CopyStatus['progress']>): string {
  const { partsDone, partCount, bytesDone, size, bytesPerSecond, etaSeconds } = progress;
  const eta = etaSeconds === undefined ? '' : `, ETA ${formatSeconds(etaSeconds)}`;
  const amount = `${formatBytes(bytesDone)} of ${formatBytes(size)}`;
  return `${partsDone}/${partCount} parts, ${amount}, ${formatBytes(bytesPerSecond)}/s${eta}`;
}
