import type { Context } from 'aws-lambda';

/** What Lambda calls the handler of a batch with; it has a minute. */
export const LAMBDA_CONTEXT: Context = {
  awsRequestId: 'request',
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'intake',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn',
  logGroupName: 'group',
  logStreamName: 'stream',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 60_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};
