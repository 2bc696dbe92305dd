import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { CopyFunction } from './copy-function.ts';
import { HANDLER_FOLDER } from './copy-functions.ts';

interface Service {
  readonly file: string;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** Places at Lambda, where a deployment reserves any. */
  readonly reservedConcurrency?: number;
}

/** The functions around the machine: what starts copies, tells about them and cleans up after them. */
export const SERVICES = {
  Api: {
    file: 'api.ts',
    description: 'Answers the API: starts, shows, lists and stops copies',
    // Two clients to load at a cold start, which somebody waits for: more share, shorter wait.
    memoryMiB: 512,
    // API Gateway waits 30 seconds; a second before that the caller still gets a sentence.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    timeoutSeconds: 29,
    // 50 requests a second of 200 ms take 10; twice that for cold starts.
    reservedConcurrency: 20,
  },
  Receive: {
    file: 'receive.ts',
    description: 'Believes pushed events whose signature is right, and puts them into the queue',
    // One certificate, one signature, one message.
    memoryMiB: 256,
    // Providers give a push 5 to 15 seconds; a certificate to fetch and a message to send fit well.
    timeoutSeconds: 15,
    // Anybody may call it: it must not take the places of the copies.
    reservedConcurrency: 10,
  },
  Intake: {
    file: 'intake.ts',
    description: 'Applies the rules to events in the queue and starts copies',
    // Ten events at a time, a HEAD and a start for each.
    memoryMiB: 512,
    // Ten events with retries at provider and Step Functions: seconds, a minute when both throttle.
    timeoutSeconds: 60,
    // None: the queue starts no more than the event source allows.
  },
  CleanUp: {
    file: 'clean-up.ts',
    description: 'Aborts the upload of an execution that was stopped, timed out or failed',
    // One request at a time.
    memoryMiB: 256,
    // Repeats until the upload is gone, and part copies of 5 GiB may end minutes later.
    timeoutSeconds: 15 * 60,
    // Stopping hundreds of copies at once is no reason to starve the others; EventBridge tries again for a day.
    reservedConcurrency: 10,
  },
  Sweep: {
    file: 'sweep.ts',
    description: 'Cleans up after executions that ended without a receipt, and counts open uploads',
    // Pages of 1,000 uploads and executions, one after another.
    memoryMiB: 512,
    // Every bucket and every execution of two weeks.
    timeoutSeconds: 15 * 60,
    // Two at a time would do the same work twice.
    reservedConcurrency: 1,
  },
} as const satisfies Record<string, Service>;
export type ServiceName = keyof typeof SERVICES;

/** What all of them share. */
export interface ServiceProps {
  readonly logRetention: RetentionDays;
  readonly reserveConcurrency: boolean;
}

/** Makes one of the functions, without any permission beyond its own log. */
export function createService(
  scope: Construct,
  name: ServiceName,
  { logRetention, reserveConcurrency }: ServiceProps,
): CopyFunction {
  const service: Service = SERVICES[name];
  return new CopyFunction(scope, name, {
    entry: join(HANDLER_FOLDER, service.file),
    description: service.description,
    memoryMiB: service.memoryMiB,
    timeout: Duration.seconds(service.timeoutSeconds),
    logRetention,
    reservedConcurrency: reserveConcurrency ? service.reservedConcurrency : undefined,
  });
}
