import { RETRYABLE_ERRORS } from '@objectferry/shared/errors.ts';
import type { TaskName } from '@objectferry/shared/naming.ts';
import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';

/**
 * What the machine tries again. Every attempt costs 3 history events (failed, scheduled, started), so the numbers
 * below are bounded by the 25,000 events of an execution: a round of 40 spans in which every span uses up every
 * attempt costs 40 x (7 + 3 x (12 + 6 + 20)) = 4,840 events, so even then an execution has five rounds.
 */

/** Failures of Lambda itself, or of the invocation as a whole: the same input may well succeed. */
export const INVOCATION_ERRORS = [
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ServiceException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.Timeout',
] as const;

/** Lambda has no free place: only waiting helps. */
export const NO_PLACE_ERRORS = ['Lambda.TooManyRequestsException'] as const;

/** The retriers of a task, in the order in which Step Functions looks for a match. */
export function retriesFor(task: TaskName): RetryProps[] {
  const span = task === 'CopySpan' || task === 'VerifySpan';
  return [
    {
      errors: [...RETRYABLE_ERRORS],
      // The handler has tried each request several times already, so what arrives here lasts longer than seconds.
      interval: Duration.seconds(span ? 5 : 2),
      backoffRate: 2,
      // A longer pause is time lost to the person who waits.
      maxDelay: Duration.seconds(120),
      // 2+4+8+16 = 30 s at most. A span has far more requests that can fail, loses nothing by a retry because it
      // adopts its finished parts (one that reads back loses at most its 15 minutes), and hours of copying hang on it: (5+10+20+40+80 + 7 x 120) / 2 = 8 minutes on
      // average, with the handler's own tries 20 minutes of an outage.
      maxAttempts: span ? 12 : 4,
      jitterStrategy: JitterType.FULL,
    },
    {
      errors: [...INVOCATION_ERRORS],
      interval: Duration.seconds(1),
      backoffRate: 2,
      maxDelay: Duration.seconds(60),
      // 1+2+4+8 = 15 s; for a span +16+32 = 63 s. An invocation that dies of its input dies again each time.
      maxAttempts: span ? 6 : 4,
      jitterStrategy: JitterType.FULL,
    },
    {
      errors: [...NO_PLACE_ERRORS],
      interval: Duration.seconds(5),
      backoffRate: 2,
      maxDelay: Duration.seconds(120),
      // A new account runs 10 functions at a time, a Map starts 40, and a place is free again at the latest when
      // another span's 15 minutes are over: (5+10+20+40+80 + 15 x 120) / 2 = 16 minutes on average with full jitter.
      maxAttempts: 20,
      jitterStrategy: JitterType.FULL,
    },
  ];
}
