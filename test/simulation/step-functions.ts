import { SFNClient } from '@aws-sdk/client-sfn';
import type { Execution } from './execution.ts';

export const MACHINE_ARN = 'arn:aws:states:eu-central-1:000000000000:stateMachine:CopyObject';

interface Asked {
  readonly executionArn?: string;
  readonly statusFilter?: string;
  readonly reverseOrder?: boolean;
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** A client of Step Functions whose service is this process: no request leaves it, no time passes. */
export function stepFunctionsOf(executions: readonly Execution[]): SFNClient {
  const client = new SFNClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  const answers: Readonly<Record<string, (asked: Asked) => object>> = {
    DescribeExecutionCommand: ({ executionArn }) => describe(find(executions, executionArn)),
    GetExecutionHistoryCommand: (asked) => history(find(executions, asked.executionArn), asked),
    ListExecutionsCommand: ({ statusFilter }) => ({
      executions: executions.filter(({ status }) => status === statusFilter).map(describe),
    }),
  };
  const send = async (command: { readonly constructor: { readonly name: string }; readonly input: Asked }) => {
    const answer = answers[command.constructor.name];
    if (answer === undefined) throw new RangeError(`The simulated Step Functions has no ${command.constructor.name}.`);
    return answer(command.input);
  };
  Object.defineProperty(client, 'send', { value: send });
  return client;
}

function find(executions: readonly Execution[], arn: string | undefined): Execution {
  const execution = executions.find((one) => one.arn === arn);
  if (execution !== undefined) return execution;
  throw Object.assign(new Error(`Execution Does Not Exist: '${arn}'`), { name: 'ExecutionDoesNotExist' });
}

function describe({ arn, status, startDate, stopDate, input, error, cause, redrives }: Execution): object {
  return { executionArn: arn, status, startDate, stopDate, input, error, cause, redriveCount: redrives };
}

function history({ history: { events } }: Execution, { reverseOrder = false, maxResults = 100, nextToken }: Asked) {
  const ordered = reverseOrder ? events.toReversed() : events;
  const from = Number(nextToken ?? 0);
  const page = ordered.slice(from, from + maxResults);
  return {
    events: page.map((event) => ({ ...event, timestamp: new Date(event.timestamp * 1000) })),
    ...(from + page.length < ordered.length ? { nextToken: String(from + page.length) } : {}),
  };
}
