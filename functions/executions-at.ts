import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { CopyRequest, type PinnedCopy } from '@objectferry/shared/contract.ts';
import * as v from 'valibot';
import { type ListedExecution, listExecutions, type Machine, placeOf } from './ended-copies.ts';
import { initiations } from './execution-history.ts';

const HOUR_MS = 3_600_000;
/** What the list of a provider and the history of AWS may differ by: whole seconds, and clocks that run a little off. */
const CLOCK_TOLERANCE_MS = 2_000;
/** Initiate with all its retries, waiting for a place included. */
const INITIATE_MS = 2 * HOUR_MS;
/** So long after it began may a handler that Lambda froze, or a request that waited somewhere, still open an upload. */
const LATE_MS = 2 * HOUR_MS;
/** Those that succeeded are many: so many are listed, the last ones first. */
const MOST_SUCCEEDED = 100_000;

/** An execution, as far as it matters to whoever wonders who opened an upload. */
export interface Opener {
  readonly executionArn: string;
  readonly destination: CopyRequest['destination'];
  readonly options: CopyRequest['options'];
  readonly isRunning: boolean;
  /** What Initiate pinned. */
  readonly copy: PinnedCopy | undefined;
  /** When Initiate was invoked, the first time and again. */
  readonly invoked: readonly Date[];
}

/** Every execution of the machine that may have opened an upload since the given time. */
export async function executionsSince(machine: Machine, since: Date): Promise<ListedExecution[]> {
  const found = new Map<string, ListedExecution>();
  // Whoever ends or is redriven meanwhile stands in one of the lists.
  for (const status of ['RUNNING', 'FAILED', 'ABORTED', 'TIMED_OUT', 'RUNNING'] as const) {
    for await (const execution of listExecutions(machine, status)) found.set(execution.executionArn, execution);
  }
  let left = MOST_SUCCEEDED;
  for await (const execution of listExecutions(machine, 'SUCCEEDED')) {
    if (execution.startDate.getTime() < since.getTime() || left === 0) break;
    left -= 1;
    found.set(execution.executionArn, execution);
  }
  return [...found.values()];
}

/** Whether an Initiate of it may have opened an upload at this time, by what the list says. */
export function mayHaveOpened({ startDate, stopDate, isRedriven }: ListedExecution, time: Date): boolean {
  const start = startDate.getTime();
  const end = stopDate?.getTime() ?? Number.POSITIVE_INFINITY;
  // A redrive may begin with Initiate.
  const until = isRedriven ? end : Math.min(end, start + INITIATE_MS);
  return time.getTime() >= start - CLOCK_TOLERANCE_MS && time.getTime() <= until + LATE_MS;
}

/** Whether an Initiate of it may have opened an upload at this time. */
export function hasOpened({ invoked }: Pick<Opener, 'invoked'>, time: Date): boolean {
  return invoked.some((from) => {
    const laterMs = time.getTime() - from.getTime();
    return laterMs >= -CLOCK_TOLERANCE_MS && laterMs <= LATE_MS;
  });
}

/**
 * Looks closely at an execution.
 *
 * @returns undefined when it copies to another place, or is no copy.
 * @throws whatever Step Functions answers.
 */
export async function openerAt(client: SFNClient, executionArn: string, place: string): Promise<Opener | undefined> {
  const { input, status } = await client.send(new DescribeExecutionCommand({ executionArn }));
  const request = v.safeParse(v.pipe(v.string(), v.parseJson(), CopyRequest), input);
  if (!request.success || placeOf(request.output.destination) !== place) return undefined;
  const { destination, options } = request.output;
  return {
    executionArn,
    destination,
    options,
    isRunning: status === 'RUNNING',
    ...(await initiations(client, executionArn)),
  };
}
