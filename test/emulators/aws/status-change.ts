import { randomUUID } from 'node:crypto';
import type { Execution } from './execution.ts';

/**
 * What EventBridge delivers when an execution starts or ends.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-states.html
 */
export type StatusChange = ReturnType<typeof statusChange>;

/** The event for the status that an execution has now. Times of the detail are milliseconds. */
export function statusChange(execution: Execution, stateMachineArn: string, region: string, account: string) {
  const { name, arn, status, startDate, stopDate, input, output, error, cause, redriveCount, redriveDate } = execution;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account,
    time: (stopDate ?? startDate).toISOString(),
    region,
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn,
      name,
      status,
      startDate: startDate.getTime(),
      stopDate: stopDate?.getTime() ?? null,
      input,
      inputDetails: { included: true },
      output: output ?? null,
      outputDetails: output === undefined ? null : { included: true },
      error: error ?? null,
      cause: cause ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount,
      redriveDate: redriveDate?.getTime() ?? null,
      redriveStatus: status === 'RUNNING' || status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
    },
  };
}
