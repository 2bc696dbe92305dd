import {
  GetExecutionHistoryCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { type PinnedCopy, Step } from '@objectferry/shared/contract.ts';
import { STATES, stateOfEitherWay } from '@objectferry/shared/naming.ts';
import * as v from 'valibot';

/** Enough for the first states with a few retries; a page holds the states' data and may be large. */
const PAGE_EVENTS = 100;
/** The way out of a failed execution, or what was running when one was ended from outside. */
const LAST_EVENTS = 10;

/** How an execution ended, as far as its outcome does not say it. */
export interface Ending {
  /** The machine went through Abort, and Abort did its work. */
  readonly abortSucceeded: boolean;
  /**
   * A handler was running and has not been told: Lambda may go on with it until then. Undefined where the execution
   * ended between two tasks, or inside a Map.
   */
  readonly handlerUntil: Date | undefined;
}

/** What Initiate did in an execution. */
export interface Initiations {
  /** What it pinned; undefined as long as it has not, or never did. */
  readonly copy: PinnedCopy | undefined;
  /** When it was invoked: the first time, for each retry, and for each redrive that began with it. */
  readonly invoked: readonly Date[];
}

/**
 * What Initiate pinned, from the output of its state; undefined as long as it has not, or never did. The id of an
 * upload stands nowhere else.
 */
export async function pinnedCopy(client: SFNClient, executionArn: string): Promise<PinnedCopy | undefined> {
  return (await initiations(client, executionArn)).copy;
}

/**
 * Reads the history as far as Initiate goes.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
 */
export async function initiations(client: SFNClient, executionArn: string): Promise<Initiations> {
  const invoked: Date[] = [];
  let inside: string | undefined;
  for await (const event of eventsOf(client, executionArn)) {
    const { type, stateEnteredEventDetails: entered, timestamp } = event;
    // A redrive may schedule its task without entering the state again.
    inside = entered?.name ?? inside;
    const isInitiate = stateOfEitherWay(inside ?? '') === STATES.initiate;
    if (isInitiate && type === 'TaskScheduled' && timestamp !== undefined) invoked.push(timestamp);
    const copy = initiated(event);
    if (copy !== undefined) return { copy, invoked };
  }
  return { copy: undefined, invoked };
}

async function* eventsOf(client: SFNClient, executionArn: string): AsyncGenerator<HistoryEvent> {
  const pages = paginateGetExecutionHistory({ client, pageSize: PAGE_EVENTS }, { executionArn });
  for await (const { events = [] } of pages) yield* events;
}

function initiated({ type, stateExitedEventDetails: exit }: HistoryEvent): PinnedCopy | undefined {
  if (type !== 'TaskStateExited' || stateOfEitherWay(exit?.name ?? '') !== STATES.initiate) return undefined;
  // One whose error was caught is left too, with another output.
  const step = v.safeParse(Step, JSON.parse(exit?.output ?? 'null'));
  return step.success && step.output.strategy !== 'finished' ? step.output.copy : undefined;
}

/** Reads the last events of an execution that has ended. */
export async function endingOf(client: SFNClient, executionArn: string): Promise<Ending> {
  const { events = [] } = await client.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: LAST_EVENTS }),
  );
  const steps = events.filter(({ type = '' }) => !/^Execution|Aborted$|^FailState/.test(type));
  const [last, before] = steps;
  const left = last?.type === 'TaskStateExited' && last.stateExitedEventDetails?.name === STATES.abort;
  // A task whose error was caught is left too, after TaskFailed.
  return { abortSucceeded: left && before?.type === 'TaskSucceeded', handlerUntil: handlerUntil(steps) };
}

function handlerUntil(steps: readonly HistoryEvent[]): Date | undefined {
  const scheduled = steps.find(({ type }) => type !== 'TaskStarted');
  const seconds = scheduled?.taskScheduledEventDetails?.timeoutInSeconds;
  if (scheduled?.timestamp === undefined || seconds === undefined) return undefined;
  return new Date(scheduled.timestamp.getTime() + seconds * 1000);
}
