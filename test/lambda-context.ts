import type { Context } from 'aws-lambda';

/** What Lambda calls a handler with that has so many milliseconds left. */
export function lambdaContext(functionName: string, remainingMs: number): Context {
  return {
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:eu-central-1:000000000000:function:${functionName}`,
    logGroupName: 'group',
    logStreamName: 'stream',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => remainingMs,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
