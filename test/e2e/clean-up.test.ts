import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { copyTimeoutMs } from '@objectferry/shared/copy/timeouts.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUpAfter } from '#functions/ended-copy.ts';
import { type Cloud, startCloud } from '../cloud.ts';
import type { StepFunctionsOptions } from '../emulators/aws/step-functions.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { later } from '../later.ts';

const SLOW_PARTS: FaultRule = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 60 } };
/** Before its upload is opened. */
const SLOW_INITIATE: FaultRule = { operation: 'HeadObject', fault: { kind: 'latency', ms: 400 } };
const ARCHIVE = 'archive';
/** The longest that Lambda goes on with a handler. */
const INVOCATION_MS = 900_000;
/** A busy machine may need long to start a copy. */
const BUSY = { timeout: 30_000, interval: 10 };

describe('cleaning up after an execution that ended without Abort', () => {
  let cloud: Cloud;
  afterEach(() => cloud[Symbol.asyncDispose]());
  const begin = async (rules: readonly FaultRule[], options?: Partial<StepFunctionsOptions>) => {
    cloud = await startCloud({ faultRules: rules }, options);
  };
  const runtime = (remainingMs = 900_000) => ({ ...cloud.world.runtime, remainingMs: () => remainingMs });
  const cleanUp = (arn: string, remainingMs?: number) =>
    cleanUpAfter(runtime(remainingMs), cloud.sfn, arn, { justEnded: true });
  const count = (operation: string) => cloud.world.oss.requests.count(operation);
  const copying = () => expect.poll(() => count('UploadPartCopy'), BUSY).toBeGreaterThan(2);
  /** Cleans up with a clock that stands in for the wait: it leaps ahead once so many uploads have been opened. */
  const cleanUpLater = (arn: string, uploads: number, meanwhile: () => Promise<unknown> = async () => undefined) => {
    let aheadMs = 0;
    const clock = {
      now: () => new Date(Date.now() + aheadMs),
      sleep: async () => {
        await meanwhile();
        await expect.poll(() => cloud.world.oss.model.openUploads(ARCHIVE), BUSY).toHaveLength(uploads);
        aheadMs = INVOCATION_MS;
      },
    };
    const leaping = later(runtime(), () => aheadMs);
    return cleanUpAfter({ ...leaping, clock }, cloud.sfn, arn, { justEnded: true });
  };
  const stop = (executionArn: string) => cloud.sfn.send(new StopExecutionCommand({ executionArn }));

  it('leaves no upload of one that was stopped while its spans go on copying', async () => {
    await begin([SLOW_PARTS]);
    const arn = await cloud.start('one');
    await copying();
    await stop(arn);
    expect(await cleanUp(arn)).toMatchObject({ upload: 'gone' });
    const sent = count('UploadPartCopy');
    // The spans are not told: they find out by themselves, and none of their parts brings the upload back.
    await cloud.emulator.quiet('one');
    expect(count('UploadPartCopy')).toBeLessThan(12);
    expect(count('UploadPartCopy')).toBeGreaterThanOrEqual(sent);
    cloud.world.expectNoUploads();
  });

  it('aborts once more when the last part that was under way has brought the upload back', async () => {
    await begin([SLOW_PARTS]);
    const arn = await cloud.start('one');
    await copying();
    await stop(arn);
    await cloud.emulator.quiet('one');
    const { model } = cloud.world.oss;
    const [upload] = model.openUploads(ARCHIVE);
    if (upload === undefined) return expect.fail('there is no upload');
    const slept: number[] = [];
    const clock = {
      ...cloud.world.runtime.clock,
      sleep: async (ms: number) => {
        slept.push(ms);
        model.requireBucket(ARCHIVE).uploads.set(upload.uploadId, upload);
      },
    };
    await cleanUpAfter({ ...runtime(), clock }, cloud.sfn, arn, { justEnded: true });
    // As long as the request for a part of 1 MiB may take.
    expect(slept).toEqual([copyTimeoutMs(1024 * 1024)]);
    cloud.world.expectNoUploads();
  });

  it('leaves nothing of one that was stopped during Initiate, which opens its upload after that', async () => {
    await begin([SLOW_INITIATE]);
    const arn = await cloud.start('one');
    await expect.poll(() => cloud.world.oss.faults.log.length, BUSY).toBe(1);
    await stop(arn);
    expect(count('InitiateMultipartUpload')).toBe(0);
    expect(await cleanUpLater(arn, 1)).toMatchObject({ upload: 'gone', copy: undefined });
    await cloud.emulator.quiet('one');
    expect(count('InitiateMultipartUpload')).toBe(1);
    cloud.world.expectNoUploads();
  });

  it('asks to be called again when Initiate may go on for longer than this can wait', async () => {
    await begin([SLOW_INITIATE]);
    const arn = await cloud.start('one');
    await expect.poll(() => cloud.world.oss.faults.log.length, BUSY).toBe(1);
    await stop(arn);
    await expect(cleanUp(arn, 30_000)).rejects.toMatchObject({ name: 'Timeout', message: /Initiate may open/ });
    await cloud.emulator.quiet('one');
  });

  it('leaves the upload alone that a redrive opens while this waits for the first Initiate to be over', async () => {
    await begin([SLOW_INITIATE, { operation: 'UploadPartCopy', times: 2, fault: { kind: 'latency', ms: 800 } }]);
    const arn = await cloud.start('one');
    await expect.poll(() => cloud.world.oss.faults.log.length, BUSY).toBe(1);
    await stop(arn);
    const redrive = () => cloud.sfn.send(new RedriveExecutionCommand({ executionArn: arn }));
    expect(await cleanUpLater(arn, 2, redrive)).toMatchObject({ upload: 'none' });
    expect(await cloud.emulator.quiet('one')).toBe('SUCCEEDED');
  });

  it.each([
    'null',
    '"text"',
    '[]',
    '{}',
    '{"destination":"oss://archive/copy"}',
    '{"source":"oss://raw/none","destination":"nowhere://archive/copy"}',
    '{"source":"oss://raw/none","destination":"oss://archive/copy","copy":{"uploadId":"X","destination":"oss://archive/copy"}}',
    '{"source":"oss://raw/none","destination":"oss://archive/copy","error":{"Error":"Lambda.Unknown"}}',
    // A key that speaks like an error of ours, which Abort reads.
    '{"source":"oss://raw/an upload may be open since 2000-01-01T00:00:00Z until 2100-01-01T00:00:00Z","destination":"oss://archive/copy"}',
  ])('has nothing to do after one that was started by hand with %s', async (input) => {
    await begin([]);
    const { model } = cloud.world.oss;
    const theirs = model.createUpload(ARCHIVE, 'copy', { initiator: 'stranger' });
    theirs.initiated.setTime(Date.now() - 3_600_000);
    const { executionArn = '' } = await cloud.sfn.send(
      new StartExecutionCommand({ stateMachineArn: cloud.emulator.machineArn, name: 'one', input }),
    );
    expect(await cloud.emulator.quiet('one')).toBe('FAILED');
    expect(await cleanUp(executionArn)).toMatchObject({ upload: 'none' });
    expect(model.openUploads(ARCHIVE).map(({ uploadId }) => uploadId)).toEqual([theirs.uploadId]);
  });

  it("leaves somebody else's upload of the same key alone", async () => {
    await begin([SLOW_INITIATE]);
    const { model } = cloud.world.oss;
    const older = model.createUpload(ARCHIVE, 'copy', { initiator: 'stranger' });
    older.initiated.setTime(Date.now() - 60_000);
    const arn = await cloud.start('one');
    await expect.poll(() => cloud.world.oss.faults.log.length, BUSY).toBe(1);
    await stop(arn);
    await cleanUpLater(arn, 2);
    await cloud.emulator.quiet('one');
    expect(model.openUploads(ARCHIVE).map(({ uploadId }) => uploadId)).toEqual([older.uploadId]);
  });

  it('leaves nothing of one that timed out', async () => {
    await begin([SLOW_PARTS]);
    const arn = await cloud.start('one');
    await copying();
    cloud.emulator.timeOut('one');
    expect(await cleanUp(arn)).toMatchObject({ upload: 'gone' });
    await cloud.emulator.quiet('one');
    cloud.world.expectNoUploads();
  });

  it('leaves nothing of one that ended at the limit of its history', async () => {
    await begin([SLOW_PARTS], { historyLimit: 24 });
    const arn = await cloud.start('one');
    await cloud.emulator.quiet('one');
    expect(await cloud.sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
    });
    expect(count('AbortMultipartUpload')).toBe(0);
    expect(await cleanUp(arn)).toMatchObject({ upload: 'gone' });
    cloud.world.expectNoUploads();
  });

  it('has nothing to do after a failure that went through Abort, nor after a success', async () => {
    await begin([{ operation: 'UploadPartCopy', fault: { kind: 'status', status: 403, code: 'AccessDenied' } }]);
    const failed = await cloud.start('failed');
    expect(await cloud.emulator.quiet('failed')).toBe('FAILED');
    const requests = cloud.world.oss.requests.count();
    expect(await cleanUp(failed)).toMatchObject({ upload: 'none' });
    cloud.world.oss.faults.setPlan({ seed: 1, rules: [] });
    const good = await cloud.start('good');
    expect(await cloud.emulator.quiet('good')).toBe('SUCCEEDED');
    const after = cloud.world.oss.requests.count();
    expect(await cleanUp(good)).toMatchObject({ upload: 'none' });
    expect(cloud.world.oss.requests.count()).toBe(after);
    expect(after).toBeGreaterThan(requests);
  });

  it('does what Abort could not', async () => {
    const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    await begin([
      { operation: 'UploadPartCopy', fault: refused },
      { operation: 'AbortMultipartUpload', fault: refused },
    ]);
    const arn = await cloud.start('one');
    expect(await cloud.emulator.quiet('one')).toBe('FAILED');
    expect(cloud.world.oss.model.openUploads(ARCHIVE)).toHaveLength(1);
    cloud.world.oss.faults.setPlan({ seed: 1, rules: [] });
    expect(await cleanUp(arn)).toMatchObject({ upload: 'gone' });
    cloud.world.expectNoUploads();
  });

  it('keeps the parts of a copy that is to keep them, however it ended, and a redrive goes on with them', async () => {
    await begin([SLOW_PARTS]);
    const arn = await cloud.start('one', { onFailure: 'keep' });
    await copying();
    await stop(arn);
    await cloud.emulator.quiet('one');
    expect(await cleanUp(arn)).toMatchObject({ upload: 'kept' });
    expect(cloud.world.oss.model.openUploads(ARCHIVE)).toHaveLength(1);
    await cloud.sfn.send(new RedriveExecutionCommand({ executionArn: arn }));
    // The event of the stop may come late.
    expect(await cleanUp(arn)).toMatchObject({ upload: 'none' });
    expect(await cloud.emulator.quiet('one')).toBe('SUCCEEDED');
    expect(count('UploadPartCopy')).toBe(12);
    cloud.world.expectSameBytes();
  });

  it('may be done twice, and for an execution that nobody remembers', async () => {
    await begin([SLOW_PARTS]);
    const arn = await cloud.start('one');
    await copying();
    await stop(arn);
    await cleanUp(arn);
    expect(await cleanUp(arn)).toMatchObject({ upload: 'gone' });
    expect(await cleanUp(arn.replace(/one$/, 'none'))).toMatchObject({ upload: 'none' });
    await cloud.emulator.quiet('one');
    cloud.world.expectNoUploads();
  });
});
