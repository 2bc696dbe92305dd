import { SFNClient } from '@aws-sdk/client-sfn';
import { invoked } from './lambda.ts';
import { emitMetrics } from './metrics.ts';
import { lambdaRuntime, lambdaStores, logger, optionalSetting, setting } from './runtime.ts';
import { type SweepReport, sweepUploads } from './sweep-uploads.ts';

// Reading histories is limited for the whole account: somebody else may use up the share of a second.
const client = new SFNClient({ maxAttempts: 8 });

/** Runs once a day; what it is called with says nothing. */
export const handler = invoked(async (_event, invocation) => {
  const hours = optionalSetting('sweepUnknownOlderThan');
  const report = await sweepUploads(
    { ...(await lambdaRuntime()), ...invocation },
    {
      client,
      machineArn: setting('machineArn'),
      stores: await lambdaStores(),
      unknownOlderThanHours: hours === undefined ? undefined : Number(hours),
    },
  );
  tell(report);
  const { executions, complete } = report;
  return { executions, complete };
});

function tell({ swept, buckets, refused, failures, executions, complete }: SweepReport): void {
  for (const { store, bucket, uploads, bytes, oldestHours } of buckets) {
    emitMetrics(
      { store, bucket },
      { openUploads: uploads, openUploadBytes: bytes, oldestUploadHours: Math.round(oldestHours * 10) / 10 },
    );
  }
  for (const [store, sweptUploads] of swept) emitMetrics({ store }, { sweptUploads });
  for (const failure of failures) logger.error('cannot clean up after an execution', { ...failure });
  for (const bucket of refused) logger.warn('cannot look into a bucket', { ...bucket });
  logger.info('swept', { executions, buckets, complete, swept: Object.fromEntries(swept) });
}
