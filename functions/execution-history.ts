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

/**
 * What Initiate pinned, from the output of its state; undefined as long as it has not, or never did. The id of an
 * upload stands nowhere else.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
 */
export async function pinnedCopy(client: SFNClient, executionArn: string): Promise<PinnedCopy | undefined> {
  for await (const { events = [] } of paginateGetExecutionHistory(
    { client, pageSize: PAGE_EVENTS },
    { executionArn },
  )) {
    for (const event of events) {
      const copy = initiated(event);
      if (copy !== undefined) return copy;
    }
  }
  return undefined;
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
