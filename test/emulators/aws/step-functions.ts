import { randomUUID } from 'node:crypto';
import { MACHINE_NAME } from '@objectferry/shared/naming.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import type { TemporaryAccount } from '../account.ts';
import type { FaultPlan } from '../fault-plan.ts';
import { createFaults, type FaultHit } from '../faults.ts';
import { serveOnLoopback } from '../http-server.ts';
import { createPipeline } from '../pipeline.ts';
import { createRequestLog, type RequestLog } from '../request-log.ts';
import type { Execution, ExecutionStatus } from './execution.ts';
import { createJsonVerifier, jsonAnswer, readJsonCall } from './json-protocol.ts';
import { type StatusChange, statusChange } from './status-change.ts';
import { StepFunctions } from './step-functions-operations.ts';

/** How an emulator of Step Functions is started; all but the runtime has a default. */
export interface StepFunctionsOptions {
  /** What the handlers work with. */
  readonly runtime: ProcessRuntime;
  readonly port?: number;
  readonly region?: string;
  readonly accountId?: string;
  /** Who may call. */
  readonly accounts?: readonly TemporaryAccount[];
  /** Operations are called as AWS calls them; a throttle is `{ kind: 'status', status: 400, code: 'ThrottlingException' }`. */
  readonly faults?: FaultPlan;
  readonly clock?: () => Date;
  /** How long one invocation may take; default 900. */
  readonly invocationSeconds?: number;
  /** Milliseconds before each retry of the machine, in place of the definition's delays. */
  readonly retryIntervalMs?: number;
  /** Events that an execution may have; default 25,000. */
  readonly historyLimit?: number;
  /** Gets the event that EventBridge gets whenever an execution starts or ends. */
  readonly onStatusChange?: (event: StatusChange) => void;
}

/** A running emulator of Step Functions with one state machine, `CopyObject`. */
export interface StepFunctionsEmulator extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly machineArn: string;
  readonly accounts: readonly TemporaryAccount[];
  readonly requests: RequestLog;
  readonly faults: { setPlan(plan: FaultPlan): void; readonly log: readonly FaultHit[] };
  /** Ends a running execution as its TimeoutSeconds would. */
  timeOut(name: string): void;
  /** Resolves with the status once an execution has ended and none of its handlers runs any more. */
  quiet(name: string): Promise<ExecutionStatus>;
  close(): Promise<void>;
}

/** The account that an emulator has when none is given. */
export const demoAwsAccount: TemporaryAccount = {
  accessKeyId: 'AKIDOBJECTFERRYDEMO1',
  secretAccessKey: 'objectferry-demo-secret-for-aws',
};

/**
 * Starts a Step Functions on the loopback interface: it speaks the service's own protocol and runs executions for
 * real, by the local engine and the deployed handlers.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
 */
export async function startStepFunctionsEmulator(options: StepFunctionsOptions): Promise<StepFunctionsEmulator> {
  const { region = 'eu-central-1', accountId = '000000000000', accounts = [demoAwsAccount] } = options;
  const now = options.clock ?? (() => new Date());
  const machineArn = `arn:aws:states:${region}:${accountId}:stateMachine:${MACHINE_NAME}`;
  const service = new StepFunctions(machineArn, {
    runtime: options.runtime,
    now,
    region,
    accountId,
    invocationSeconds: options.invocationSeconds ?? 900,
    retryIntervalMs: options.retryIntervalMs,
    historyLimit: options.historyLimit ?? 25_000,
    onStatus: (execution: Execution) =>
      options.onStatusChange?.(statusChange(execution, machineArn, region, accountId)),
  });
  const faults = createFaults(options.faults);
  const requests = createRequestLog();
  const respond = createPipeline(
    {
      read: (request) => readJsonCall(request, 'AWSStepFunctions'),
      authenticate: createJsonVerifier({ service: 'states', region, accounts, now }),
      perform: (call) => jsonAnswer(service.perform(call), 200, { 'x-amzn-requestid': randomUUID() }),
      refuse: ({ code, message, status, headers }) => jsonAnswer(errorDocument(code, message), status, headers),
      errorDocument: ({ code, message }) => JSON.stringify(errorDocument(code, message)),
      documentType: 'application/x-amz-json-1.0',
    },
    { faults, log: requests },
  );
  const server = await serveOnLoopback(respond, options.port);
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    region,
    machineArn,
    accounts,
    requests,
    faults,
    timeOut: (name) => service.named(name).end('TIMED_OUT'),
    quiet: async (name) => {
      const execution = service.named(name);
      await execution.quiet();
      return execution.status;
    },
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** The name of an error comes with the namespace it has in the service's model, where it is the service's own. */
function errorDocument(code: string, message: string): object {
  const common = code.endsWith('Exception');
  return { __type: common ? code : `com.amazonaws.swf.service.v2.model#${code}`, message };
}
