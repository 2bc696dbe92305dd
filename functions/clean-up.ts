import { SFNClient } from '@aws-sdk/client-sfn';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { cleanUpAfter } from './ended-copy.ts';
import { invoked } from './lambda.ts';
import { lambdaRuntime, logger } from './runtime.ts';

/**
 * What EventBridge tells when an execution has ended. Its input may be left out when it is large, so it is not read
 * from here.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
const StatusChange = v.object({
  'detail-type': v.literal('Step Functions Execution Status Change'),
  detail: v.object({ executionArn: v.string(), status: v.string() }),
});

// Reading histories is limited for the whole account: somebody else may use up the share of a second.
const client = new SFNClient({ maxAttempts: 8 });

/** Aborts the upload of an execution that was stopped, timed out or failed. */
export const handler = invoked(async (event, invocation) => {
  const { detail } = parse(StatusChange, event, 'The event');
  const runtime = { ...(await lambdaRuntime()), ...invocation };
  const { upload } = await cleanUpAfter(runtime, client, detail.executionArn, { justEnded: true });
  logger.info('cleaned up', { ...detail, upload });
  return { upload };
});
