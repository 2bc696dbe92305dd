import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { BatchReport } from './intake/batch-report.ts';
import { type IntakeParts, takeMessage } from './intake/take-message.ts';
import { createTurnstile } from './intake/turnstile.ts';
import { createSqsQueue } from './queue.ts';
import { lambdaRules } from './rules.ts';
import { lambdaRuntime, logger, setting } from './runtime.ts';
import { createStepFunctionsExecutions } from './step-functions-executions.ts';
import { systemClock } from './system.ts';

let opened: Pick<IntakeParts, 'turnstile' | 'queue' | 'deadLetters'> | undefined;

/**
 * Takes a batch of messages from the queue of events. Those that did not fail are deleted by Lambda; when all of them
 * failed, so does the invocation, upon which Lambda takes fewer for a while and an alarm goes off.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  logger.addContext(context);
  opened ??= open();
  const report = new BatchReport(logger);
  const parts = { ...opened, ready: ready(context), report, now: systemClock.now, random: Math.random };
  const take = (record: SQSRecord) => takeMessage(record, parts);
  try {
    return await processPartialResponse(event, take, new BatchProcessor(EventType.SQS), { context });
  } finally {
    report.emit();
  }
}

function open(): NonNullable<typeof opened> {
  // Adaptive, because the API and other functions share the account's rate of starts; ten of these fit into a minute.
  const steps = new SFNClient({
    retryMode: 'adaptive',
    maxAttempts: 6,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
  });
  const messages = new SQSClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
  });
  const executions = createStepFunctionsExecutions(steps, setting('machineArn'));
  return {
    turnstile: createTurnstile(executions, Number(setting('maxRunningCopies')), () => performance.now()),
    queue: createSqsQueue(messages, setting('queueUrl')),
    deadLetters: createSqsQueue(messages, setting('deadLetterQueueUrl')),
  };
}

async function ready(context: Context): Promise<Awaited<IntakeParts['ready']>> {
  const [process, rules] = await Promise.all([lambdaRuntime(), lambdaRules()]);
  return { runtime: { ...process, remainingMs: () => context.getRemainingTimeInMillis() }, rules };
}
