import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { parseStores } from '@objectferry/shared/stores.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { sweepUploads } from '#functions/sweep-uploads.ts';
import { type Cloud, startCloud } from '../cloud.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { later } from '../later.ts';
import { seededBytes } from '../world.ts';

const HOUR_MS = 3_600_000;
const ARCHIVE = 'archive';
/** The night after the copies. */
const NIGHT_MS = 20 * HOUR_MS;
const REFUSED = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
const NO_PARTS: FaultRule = { operation: 'UploadPartCopy', fault: REFUSED };
const SLOW_PARTS: FaultRule = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 200 } };

describe('an empty upload that nobody knows', () => {
  let cloud: Cloud;
  afterEach(() => cloud[Symbol.asyncDispose]());
  const begin = async (rules: readonly FaultRule[] = []) => {
    cloud = await startCloud({ faultRules: rules });
  };
  const sweep = (afterMs = NIGHT_MS) => {
    const { runtime, oss } = cloud.world;
    const { region, endpoint } = oss;
    const place = { region, endpoint, addressing: 'path', buckets: [ARCHIVE] };
    const store = { provider: 'oss', credentials: { env: 'OSS' }, ...place };
    return sweepUploads(
      { ...later(runtime, () => afterMs), remainingMs: () => 900_000 },
      {
        client: cloud.sfn,
        machineArn: cloud.emulator.machineArn,
        stores: parseStores({ stores: { oss: store } }),
        unknownOlderThanHours: undefined,
      },
    );
  };
  const copy = async (name: string, options: object = {}, destination?: string) => {
    const arn = await cloud.start(name, options, destination);
    return { arn, status: await cloud.emulator.quiet(name) };
  };
  const open = () => cloud.world.oss.model.openUploads(ARCHIVE).map(({ uploadId }) => uploadId);
  /** Opens one so long after now. */
  const upload = ({ afterMs = 1_000, key = 'copy', parts = 0 } = {}) => {
    const { model } = cloud.world.oss;
    const opened = model.createUpload(ARCHIVE, key, { initiator: 'nobody knows' });
    opened.initiated.setTime(Date.now() + afterMs);
    const { content } = model.putObject('raw', 'part', seededBytes(1024));
    for (let partNumber = 1; partNumber <= parts; partNumber += 1) {
      model.putPart(opened, { partNumber, content, etag: 'E', crc64: undefined });
    }
    return opened.uploadId;
  };

  it.each([
    ['that succeeded', [], 'SUCCEEDED', {}],
    ['that succeeded without a token', [], 'SUCCEEDED', { token: false }],
    ['that failed', [NO_PARTS], 'FAILED', {}],
  ])('is removed when Initiate of a copy %s may have opened it', async (_, rules, status, options) => {
    await begin(rules);
    expect((await copy('one', options)).status).toBe(status);
    upload();
    // A handler that was frozen went on long after.
    upload({ afterMs: HOUR_MS });
    const report = await sweep();
    expect(report).toMatchObject({ failures: [], complete: true });
    expect(Object.fromEntries(report.swept)).toEqual({ oss: 2 });
    expect(open()).toEqual([]);
  });

  it('is removed when the copy ended well only after a redrive that began with Initiate', async () => {
    await begin([{ operation: 'HeadObject', fault: REFUSED, times: 1 }]);
    const { arn, status } = await copy('one', { onFailure: 'keep' });
    expect(status).toBe('FAILED');
    await cloud.sfn.send(new RedriveExecutionCommand({ executionArn: arn }));
    expect(await cloud.emulator.quiet('one')).toBe('SUCCEEDED');
    upload();
    expect(Object.fromEntries((await sweep()).swept)).toEqual({ oss: 1 });
    expect(open()).toEqual([]);
  });

  it.each([
    ['at another key', { key: 'copy-2' }],
    ['with a part', { parts: 1 }],
    ['opened just before the copy began', { afterMs: -60_000 }],
    ['opened hours after it ended', { afterMs: 2.5 * HOUR_MS }],
  ])('stays %s', async (_, given) => {
    await begin();
    expect((await copy('one')).status).toBe('SUCCEEDED');
    const theirs = upload(given);
    expect(await sweep()).toMatchObject({ failures: [], complete: true });
    expect(open()).toEqual([theirs]);
  });

  it('stays until it is twelve hours old', async () => {
    await begin();
    expect((await copy('one')).status).toBe('SUCCEEDED');
    const left = upload();
    await sweep(11 * HOUR_MS);
    expect(open()).toEqual([left]);
    await sweep(13 * HOUR_MS);
    expect(open()).toEqual([]);
  });

  it('stays when a copy keeps it, though another one to the same key has succeeded since', async () => {
    await begin([NO_PARTS]);
    expect((await copy('kept', { onFailure: 'keep' })).status).toBe('FAILED');
    const [kept] = cloud.world.oss.model.openUploads(ARCHIVE);
    cloud.world.oss.faults.setPlan({ seed: 1, rules: [] });
    expect((await copy('two')).status).toBe('SUCCEEDED');
    const left = upload();
    expect(open()).toEqual(expect.arrayContaining([kept?.uploadId, left]));
    expect(Object.fromEntries((await sweep()).swept)).toEqual({ oss: 1 });
    expect(open()).toEqual([kept?.uploadId]);
  });

  it('stays while a copy to its key runs', async () => {
    await begin([SLOW_PARTS]);
    await cloud.start('runs');
    await expect.poll(open, { timeout: 30_000, interval: 5 }).toHaveLength(1);
    const left = upload();
    expect([...(await sweep()).swept]).toEqual([]);
    expect(open()).toContain(left);
    expect(await cloud.emulator.quiet('runs')).toBe('SUCCEEDED');
    expect(Object.fromEntries((await sweep()).swept)).toEqual({ oss: 1 });
    expect(open()).toEqual([]);
  });

  it.each(['ListExecutions', 'DescribeExecution', 'GetExecutionHistory'] as const)(
    'stays when %s does not answer, and the report says so',
    async (operation) => {
      await begin();
      expect((await copy('one')).status).toBe('SUCCEEDED');
      upload();
      const fault = { kind: 'status', status: 400, code: 'AccessDeniedException' } as const;
      // The sweep's own lists of those that failed come first.
      const skip = operation === 'ListExecutions' ? { after: 3 } : {};
      cloud.emulator.faults.setPlan({ seed: 1, rules: [{ operation, fault, ...skip }] });
      const { failures, swept } = await sweep();
      expect([failures.length, swept.size, open().length]).toEqual([1, 0, 1]);
      expect(failures[0]?.reason).toContain('AccessDenied');
    },
  );

  it('stays when it may not be aborted, and the report says whose it is', async () => {
    await begin();
    const { arn } = await copy('one');
    const left = upload();
    cloud.world.oss.faults.setPlan({ seed: 1, rules: [{ operation: 'AbortMultipartUpload', fault: REFUSED }] });
    const { failures, swept } = await sweep();
    expect(failures).toMatchObject([{ executionArn: arn, reason: expect.stringContaining(left) }]);
    expect([swept.size, open()]).toEqual([0, [left]]);
  });
});
