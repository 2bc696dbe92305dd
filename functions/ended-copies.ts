import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { CopyRequest, type PinnedCopy } from '@objectferry/shared/contract.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import * as v from 'valibot';
import { cleanUpAfter } from './ended-copy.ts';
import type { Bucket } from './open-uploads.ts';

const DAY_MS = 86_400_000;
const PAGE = 1000;

/** The machine whose executions are looked at. */
export interface Machine {
  readonly client: SFNClient;
  readonly machineArn: string;
}

/** What was found at executions that ended without a receipt. */
export interface EndedCopies {
  /** Uploads that were left behind and are gone now, by store. */
  readonly swept: Map<string, number>;
  /** Uploads that are kept on request, by id. */
  readonly kept: Set<string>;
  readonly buckets: Bucket[];
  readonly executions: number;
  /** Executions that could not be cleaned up after, with the reason. */
  readonly failures: { readonly executionArn: string; readonly reason: string }[];
  /** False when the time ended first. */
  readonly complete: boolean;
}

/** Cleans up after every execution that ended without a receipt in the last days. One that cannot be is no obstacle. */
export async function cleanUpEnded(
  runtime: Runtime,
  { client, machineArn }: Machine,
  { days, untilMs }: { readonly days: number; readonly untilMs: number },
): Promise<EndedCopies> {
  const found = { swept: new Map<string, number>(), kept: new Set<string>(), buckets: [], failures: [] };
  const result: EndedCopies = { ...found, executions: 0, complete: true };
  const endedAfter = runtime.clock.now().getTime() - days * DAY_MS;
  let executions = 0;
  for (const status of ['FAILED', 'ABORTED', 'TIMED_OUT'] as const) {
    for await (const { executionArn, stopDate } of listExecutions({ client, machineArn }, status)) {
      if (runtime.remainingMs() < untilMs) return { ...result, executions, complete: false };
      if (stopDate !== undefined && stopDate.getTime() < endedAfter) continue;
      executions += 1;
      await cleanUpOne(runtime, client, executionArn, result);
    }
  }
  return { ...result, executions };
}

async function cleanUpOne(
  runtime: Runtime,
  client: SFNClient,
  executionArn: string,
  { swept, kept, buckets, failures }: EndedCopies,
): Promise<void> {
  try {
    const { upload, copy } = await cleanUpAfter(runtime, client, executionArn, { justEnded: false });
    if (copy !== undefined) buckets.push(copy.destination);
    if (upload === 'kept' && copy?.uploadId !== undefined) kept.add(copy.uploadId);
    if (upload === 'gone') {
      const store = (copy?.destination ?? (await destinationOf(client, executionArn)))?.store ?? 'unknown';
      swept.set(store, (swept.get(store) ?? 0) + 1);
    }
  } catch (error) {
    failures.push({ executionArn, reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
}

/** The places that running copies write to, of {@link placeOf}, by the ARNs of their executions. */
export type RunningCopies = Map<string, string>;

/** What names a key of a bucket, in whichever store. */
export function placeOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}

/**
 * Where the copies that run now write to, and those that are known already.
 *
 * @throws whatever stands in the way of knowing all of them.
 */
export async function runningCopies(machine: Machine, known: RunningCopies = new Map()): Promise<RunningCopies> {
  const running = new Map(known);
  for await (const { executionArn } of listExecutions(machine, 'RUNNING')) {
    if (running.has(executionArn)) continue;
    const destination = await destinationOf(machine.client, executionArn);
    // What is no request is about to fail.
    if (destination !== undefined) running.set(executionArn, placeOf(destination));
  }
  return running;
}

async function destinationOf(client: SFNClient, executionArn: string): Promise<PinnedCopy['destination'] | undefined> {
  const { input } = await client.send(new DescribeExecutionCommand({ executionArn }));
  const request = v.safeParse(v.pipe(v.string(), v.parseJson(), CopyRequest), input);
  return request.success ? request.output.destination : undefined;
}

/** An execution, as the list has it. */
export interface ListedExecution {
  readonly executionArn: string;
  readonly status: ExecutionStatus;
  readonly startDate: Date;
  /** Undefined while it runs. */
  readonly stopDate: Date | undefined;
  readonly isRedriven: boolean;
}

/**
 * Executions of one status, the last one to start first. All that are listed: those that ended are for 90 days, and one
 * that is redriven again and again may have begun at any time, because the list goes by the first start.
 */
export async function* listExecutions(
  { client, machineArn }: Machine,
  statusFilter: ExecutionStatus,
): AsyncGenerator<ListedExecution> {
  const pages = paginateListExecutions({ client, pageSize: PAGE }, { stateMachineArn: machineArn, statusFilter });
  for await (const { executions = [] } of pages) {
    for (const { executionArn, startDate, stopDate, redriveCount = 0 } of executions) {
      if (executionArn === undefined || startDate === undefined) continue;
      yield { executionArn, status: statusFilter, startDate, stopDate, isRedriven: redriveCount > 0 };
    }
  }
}
