import { RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { parseStores } from '@objectferry/shared/stores.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sweepUploads } from '#functions/sweep-uploads.ts';
import { type Cloud, startCloud } from '../cloud.ts';
import type { StepFunctionsOptions } from '../emulators/aws/step-functions.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ARCHIVE = 'archive';
/** A busy machine may need long to start a copy. */
const BUSY = { timeout: 30_000, interval: 10 };
const SLOW_PARTS: FaultRule = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 60 } };

const plenty = (): number => 900_000;

describe('the sweep', () => {
  let cloud: Cloud;
  afterEach(() => cloud[Symbol.asyncDispose]());
  const begin = async (rules: readonly FaultRule[] = [], options?: Partial<StepFunctionsOptions>) => {
    cloud = await startCloud({ faultRules: rules }, options);
  };
  const sweep = (unknownOlderThanHours?: number, { after = 0, remainingMs = plenty, buckets = [ARCHIVE] } = {}) => {
    const { runtime, oss } = cloud.world;
    const now = () => new Date(Date.now() + after);
    const store = {
      provider: 'oss',
      region: oss.region,
      endpoint: oss.endpoint,
      addressing: 'path',
      credentials: { env: 'OSS' },
      buckets: [...buckets, 'other-*'],
    };
    return sweepUploads(
      // Only the sweep itself sees the later hour: signatures are made by the store's own clock.
      { ...runtime, clock: { ...runtime.clock, now }, remainingMs },
      {
        client: cloud.sfn,
        machineArn: cloud.emulator.machineArn,
        stores: parseStores({ stores: { oss: store } }),
        unknownOlderThanHours,
      },
    );
  };
  const copying = () => expect.poll(() => cloud.world.oss.requests.count('UploadPartCopy'), BUSY).toBeGreaterThan(2);
  const stopped = async (name: string, options?: object) => {
    const executionArn = await cloud.start(name, options);
    await copying();
    await cloud.sfn.send(new StopExecutionCommand({ executionArn }));
    await cloud.emulator.quiet(name);
  };
  const open = () => cloud.world.oss.model.openUploads(ARCHIVE);
  const stranger = (hoursOld: number, parts = 0) => {
    const { model } = cloud.world.oss;
    const upload = model.createUpload(ARCHIVE, `theirs-${hoursOld}`, { initiator: 'stranger' });
    upload.initiated.setTime(Date.now() - hoursOld * HOUR_MS);
    const { content } = model.putObject('raw', 'part', seededBytes(MIB));
    for (let partNumber = 1; partNumber <= parts; partNumber += 1) {
      model.putPart(upload, { partNumber, content, etag: 'E', crc64: undefined });
    }
    return upload.uploadId;
  };

  it('finds what nobody has cleaned up, says so by store, and finds it once', async () => {
    await begin([SLOW_PARTS]);
    await stopped('one');
    expect(open()).toHaveLength(1);
    const report = await sweep();
    expect(report).toMatchObject({ executions: 1, failures: [], refused: [], complete: true });
    expect(Object.fromEntries(report.swept)).toEqual({ oss: 1 });
    cloud.world.expectNoUploads();
    expect([...(await sweep()).swept]).toEqual([]);
  });

  it('finds an upload that a late part has brought back after Abort was done', async () => {
    await begin([
      { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 60 } },
      { operation: 'UploadPartCopy', fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
    ]);
    const { model } = cloud.world.oss;
    await cloud.start('one');
    const [upload] = await vi.waitUntil(() => (open().length > 0 ? open() : undefined), { ...BUSY, interval: 1 });
    if (upload === undefined) return expect.fail('there is no upload');
    expect(await cloud.emulator.quiet('one')).toBe('FAILED');
    expect(Object.fromEntries((await sweep()).swept)).toEqual({});
    model.requireBucket(ARCHIVE).uploads.set(upload.uploadId, upload);
    expect(Object.fromEntries((await sweep()).swept)).toEqual({ oss: 1 });
    cloud.world.expectNoUploads();
  });

  it('counts open uploads, their bytes and the age of the oldest, and removes nothing unless it is told to', async () => {
    await begin();
    stranger(3, 2);
    stranger(50, 1);
    const report = await sweep();
    const [bucket] = report.buckets;
    expect(bucket).toMatchObject({
      store: 'oss',
      bucket: ARCHIVE,
      uploads: 2,
      bytes: 3 * MIB,
      removed: 0,
      complete: true,
    });
    expect(bucket?.oldestHours).toBeCloseTo(50, 1);
    expect(open()).toHaveLength(2);
  });

  it('may be done twice at once', async () => {
    await begin([SLOW_PARTS]);
    await stopped('one');
    stranger(50, 1);
    const reports = await Promise.all([sweep(24), sweep(24)]);
    for (const report of reports) expect(report).toMatchObject({ failures: [], refused: [], complete: true });
    expect(open()).toEqual([]);
  });

  it('removes uploads of strangers from the age on that it is told, and no younger ones', async () => {
    await begin();
    const young = stranger(3, 1);
    stranger(50, 1);
    const report = await sweep(24);
    expect(Object.fromEntries(report.swept)).toEqual({ oss: 1 });
    expect(open().map(({ uploadId }) => uploadId)).toEqual([young]);
    // Never one that may have been opened since the running copies were listed, whatever it is told.
    const justNow = stranger(0.9, 1);
    await sweep(0);
    expect(open().map(({ uploadId }) => uploadId)).toEqual([justNow]);
  });

  it('removes nothing of strangers when it did not get to know every execution that ended', async () => {
    await begin([SLOW_PARTS]);
    await stopped('one');
    stranger(50);
    const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    // Refused as often as the clean-up asks.
    const rules: FaultRule[] = [{ operation: 'AbortMultipartUpload', times: 6, fault: refused }];
    cloud.world.oss.faults.setPlan({ seed: 1, rules });
    const failed = await sweep(24);
    expect(failed).toMatchObject({ failures: [expect.anything()], buckets: [{ removed: 0 }] });
    // The first question for the time is how much of it there is.
    let asked = 0;
    const remainingMs = () => (asked++ === 0 ? 900_000 : 400_000);
    const late = await sweep(24, { remainingMs });
    expect(late).toMatchObject({ complete: false, failures: [], buckets: [{ removed: 0 }] });
    expect(open()).toHaveLength(2);
  });

  it('counts what it can of an upload whose parts it may not see, and says that it is not all', async () => {
    await begin();
    stranger(3, 2);
    const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    cloud.world.oss.faults.setPlan({ seed: 1, rules: [{ operation: 'ListParts', fault: refused }] });
    expect(await sweep()).toMatchObject({ buckets: [{ uploads: 1, bytes: 0, complete: false }], complete: false });
  });

  it('never touches uploads of copies that run or that are kept, however old they are', async () => {
    await begin([SLOW_PARTS]);
    await stopped('kept', { onFailure: 'keep' });
    await cloud.start('runs', {}, 'oss://archive/other');
    await expect.poll(open, BUSY).toHaveLength(2);
    stranger(1);
    const mine = open().filter(({ initiator }) => initiator !== 'stranger');
    const report = await sweep(0, { after: 3 * DAY_MS });
    expect(Object.fromEntries(report.swept)).toEqual({ oss: 1 });
    expect(open().map(({ uploadId }) => uploadId)).toEqual(mine.map(({ uploadId }) => uploadId));
    expect(await cloud.emulator.quiet('runs')).toBe('SUCCEEDED');
  });

  describe('while a copy that keeps its parts', () => {
    const keep = { onFailure: 'keep' };
    /** Does something before the first list of one status that follows the one of another. */
    const between = (before: string, after: string, act: () => Promise<unknown>) => {
      let [last, done] = ['', false];
      const step = { step: 'initialize' } as const;
      cloud.sfn.middlewareStack.add(
        (next) => async (args) => {
          const status = 'statusFilter' in args.input ? String(args.input.statusFilter) : last;
          if (!done && last === before && status === after) {
            done = true;
            await act();
          }
          last = status;
          return next(args);
        },
        step,
      );
      return () => done;
    };

    it('fails between two lists, its upload stays', async () => {
      await begin([SLOW_PARTS]);
      const executionArn = await cloud.start('one', keep);
      await copying();
      const acted = between('TIMED_OUT', 'RUNNING', () => cloud.sfn.send(new StopExecutionCommand({ executionArn })));
      expect(await sweep(0, { after: 3 * DAY_MS })).toMatchObject({ failures: [] });
      expect([acted(), open().length]).toEqual([true, 1]);
      await cloud.emulator.quiet('one');
    });

    it('is redriven between two lists, its upload stays', async () => {
      await begin([SLOW_PARTS]);
      await stopped('one', keep);
      const executionArn = `${cloud.emulator.machineArn.replace(':stateMachine:', ':execution:')}:one`;
      const redrive = () => cloud.sfn.send(new RedriveExecutionCommand({ executionArn }));
      const acted = between('RUNNING', 'FAILED', redrive);
      expect(await sweep(0, { after: 3 * DAY_MS })).toMatchObject({ failures: [] });
      expect(acted()).toBe(true);
      expect(await cloud.emulator.quiet('one')).toBe('SUCCEEDED');
    });

    it('began a month ago and is redriven since, its upload stays', async () => {
      await begin([SLOW_PARTS]);
      const executionArn = await cloud.start('one', keep);
      await copying();
      await sweep(24, { after: 30 * DAY_MS });
      expect(open()).toHaveLength(1);
      await cloud.sfn.send(new StopExecutionCommand({ executionArn }));
      await cloud.emulator.quiet('one');
    });
  });

  it('removes nothing of strangers when it cannot know what runs', async () => {
    await begin([SLOW_PARTS]);
    await cloud.start('runs');
    await copying();
    stranger(50);
    cloud.emulator.faults.setPlan({
      seed: 1,
      rules: [
        { operation: 'DescribeExecution', fault: { kind: 'status', status: 400, code: 'AccessDeniedException' } },
      ],
    });
    const report = await sweep(24);
    expect(report.failures).toMatchObject([{ reason: expect.stringContaining('running copies are not known') }]);
    expect(open()).toHaveLength(2);
    await cloud.emulator.quiet('runs');
  });

  it('an execution that cannot be cleaned up after is no obstacle for the others', async () => {
    await begin([SLOW_PARTS]);
    await stopped('one');
    await stopped('two');
    const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    cloud.world.oss.faults.setPlan({
      seed: 1,
      rules: [{ operation: 'AbortMultipartUpload', times: 1, fault: refused }],
    });
    const report = await sweep();
    expect(report.failures).toHaveLength(1);
    expect(report.failures[0]?.reason).toContain('AccessDenied');
    expect(open()).toHaveLength(1);
  });

  it('reports a bucket that refuses access, and looks into the others', async () => {
    await begin();
    stranger(3);
    const { buckets, refused } = await sweep(undefined, { buckets: [ARCHIVE, 'raw', 'gone'] });
    expect(buckets.map(({ bucket }) => bucket).sort()).toEqual([ARCHIVE, 'raw']);
    expect(refused).toMatchObject([{ bucket: 'gone', reason: expect.stringContaining('BucketNotFound') }]);
  });

  it('looks into buckets that no store names in full once copies have gone there', async () => {
    await begin([SLOW_PARTS]);
    await stopped('one');
    const { buckets } = await sweep(undefined, { buckets: [] });
    expect(buckets).toMatchObject([{ bucket: ARCHIVE }]);
  });

  it('stops in time, says so, and begins with another bucket the next day', async () => {
    await begin();
    let left = 250_000;
    const remainingMs = () => {
      left -= 60_000;
      return left;
    };
    const first = await sweep(undefined, { buckets: [ARCHIVE, 'raw', 'more'], remainingMs });
    expect(first.complete).toBe(false);
    expect([...first.buckets, ...first.refused]).toHaveLength(2);
    left = 250_000;
    const second = await sweep(undefined, { buckets: [ARCHIVE, 'raw', 'more'], remainingMs, after: DAY_MS });
    const begun = ({ buckets, refused }: typeof first) => [...buckets, ...refused].map(({ bucket }) => bucket);
    expect(begun(second)).not.toEqual(begun(first));
  });

  it('leaves executions alone that ended long ago', async () => {
    await begin([SLOW_PARTS]);
    await stopped('one');
    expect(await sweep(undefined, { after: 4 * DAY_MS })).toMatchObject({ executions: 0 });
    expect(open()).toHaveLength(1);
  });
});
