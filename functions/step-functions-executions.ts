import { isDeepStrictEqual } from 'node:util';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionStatus,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type CopyState, DEFAULT_PAGE, LARGEST_PAGE } from '@objectferry/shared/api.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { quoted } from '../shared/quoted.ts';
import { pinnedCopy } from './execution-history.ts';
import { type Execution, ExecutionConflict, type Executions, type ExecutionsPage } from './executions.ts';
import { asCopyError, isNamed } from './step-functions-errors.ts';

/** Ids that this house gives. */
const ID = /^[A-Za-z0-9_-]{1,80}$/;
/** Names that Step Functions allows; one started in the console may have any of them. */
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{C}]{1,80}$/u;

const STATES: Readonly<Record<ExecutionStatus, CopyState>> = {
  RUNNING: 'running',
  // It waits for a redrive that has been asked for.
  PENDING_REDRIVE: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  ABORTED: 'stopped',
  TIMED_OUT: 'timedOut',
};
const STATUSES: Readonly<Record<CopyState, ExecutionStatus>> = {
  running: ExecutionStatus.RUNNING,
  succeeded: ExecutionStatus.SUCCEEDED,
  failed: ExecutionStatus.FAILED,
  stopped: ExecutionStatus.ABORTED,
  timedOut: ExecutionStatus.TIMED_OUT,
};

/**
 * Executions of a state machine on AWS.
 *
 * @param client Retries throttles and outages itself; what it gives up on comes as a `CopyError`.
 * @param machineArn A Standard state machine; the ARNs of its executions are derived from it.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
 */
export function createStepFunctionsExecutions(client: SFNClient, machineArn: string): Executions {
  const arnOf = executionArns(machineArn);
  return {
    start: async ({ id, request }) => {
      if (!ID.test(id)) {
        throw new CopyError('InvalidRequest', `The id ${quoted(id)} must be 1 to 80 letters, digits, - and _.`);
      }
      const command = new StartExecutionCommand({
        stateMachineArn: machineArn,
        name: id,
        input: JSON.stringify(request),
      });
      try {
        // Also the answer when one of this name and the very same text of input runs already.
        await client.send(command);
        return 'started';
      } catch (error) {
        if (!isNamed(error, 'ExecutionAlreadyExists')) throw asCopyError(error);
        return await settleExisting(await describe(client, arnOf(id)), request, error);
      }
    },
    describe: async (id) => {
      const found = NAME.test(id) ? await describe(client, arnOf(id)) : undefined;
      return found && executionOf(id, found);
    },
    list: async (query) => listPage(client, machineArn, query),
    stop: async (id, reason) => {
      // Nothing happens to one that has ended.
      const command = new StopExecutionCommand({ executionArn: arnOf(id), error: 'Stopped', cause: reason });
      await client.send(command).catch((error: unknown) => {
        throw asCopyError(error);
      });
    },
    redrive: async (id) => {
      const command = new RedriveExecutionCommand({ executionArn: arnOf(id) });
      await client.send(command).catch((error: unknown) => {
        throw redriveProblem(id, error);
      });
    },
    pinned: async (id) => {
      if (!NAME.test(id)) return undefined;
      return pinnedCopy(client, arnOf(id)).catch((error: unknown) => {
        if (isNamed(error, 'ExecutionDoesNotExist')) return undefined;
        throw asCopyError(error);
      });
    },
  };
}

/** `arn:…:stateMachine:NAME` to `arn:…:execution:NAME:ID`; a version or alias is no part of the latter. */
function executionArns(machineArn: string): (id: string) => string {
  const [arn, partition, service, region, account, kind, name] = machineArn.split(':');
  if (kind !== 'stateMachine' || name === undefined || name === '') {
    throw new CopyError('InvalidConfig', `${quoted(machineArn)} is not the ARN of a state machine.`);
  }
  return (id) => [arn, partition, service, region, account, 'execution', name, id].join(':');
}

async function describe(client: SFNClient, executionArn: string): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    // There never was one, or it is older than AWS remembers.
    if (isNamed(error, 'ExecutionDoesNotExist')) return undefined;
    throw asCopyError(error);
  }
}

/**
 * Step Functions compares inputs as texts, and only while the execution runs; an ended one, or the same fields in
 * another order, are the same request all the same.
 */
async function settleExisting(
  existing: DescribeExecutionCommandOutput | undefined,
  request: unknown,
  refusal: unknown,
): Promise<'exists'> {
  if (existing === undefined) throw asCopyError(refusal);
  if (isDeepStrictEqual(readJson(existing.input), readJson(JSON.stringify(request)))) return 'exists';
  throw new ExecutionConflict(`The id ${existing.name} stands for another copy already: choose another id.`);
}

function executionOf(id: string, found: DescribeExecutionCommandOutput): Execution {
  return {
    id,
    state: stateOf(found.status),
    startedAt: found.startDate ?? new Date(0),
    endedAt: found.stopDate,
    request: readJson(found.input),
    output: readJson(found.output),
    error: found.error,
    cause: found.cause,
  };
}

async function listPage(
  client: SFNClient,
  stateMachineArn: string,
  { state, limit = DEFAULT_PAGE, next }: Parameters<Executions['list']>[0],
): Promise<ExecutionsPage> {
  const command = new ListExecutionsCommand({
    stateMachineArn,
    statusFilter: state === undefined ? undefined : STATUSES[state],
    maxResults: Math.min(Math.max(1, limit), LARGEST_PAGE),
    nextToken: next,
  });
  const { executions = [], nextToken } = await client.send(command).catch((error: unknown) => {
    if (!isNamed(error, 'InvalidToken')) throw asCopyError(error);
    throw new CopyError('InvalidRequest', 'next is not one that a page ended with: leave it out for the first page.');
  });
  return {
    executions: executions.map(({ name = '', status, startDate = new Date(0), stopDate }) => ({
      id: name,
      state: stateOf(status),
      startedAt: startDate,
      endedAt: stopDate,
    })),
    next: nextToken,
  };
}

function stateOf(status: ExecutionStatus | undefined): CopyState {
  if (status !== undefined && Object.hasOwn(STATES, status)) return STATES[status];
  throw new CopyError('Unknown', `Step Functions calls an execution ${status}, which is no state that is known here.`);
}

function redriveProblem(id: string, error: unknown): unknown {
  if (isNamed(error, 'ExecutionDoesNotExist')) {
    return new ExecutionConflict(`There is no execution ${id}: it never was, or ended 90 days ago.`);
  }
  if (isNamed(error, 'ExecutionNotRedrivable')) {
    return new ExecutionConflict(
      `The execution ${id} cannot be redriven: it runs, succeeded, or ended more than 14 days ago.`,
    );
  }
  return asCopyError(error);
}

/** Undefined for what is not there, or was too large for AWS to keep. */
function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
