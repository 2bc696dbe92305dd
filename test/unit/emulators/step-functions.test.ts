import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cloud, clientOf, startCloud } from '../../cloud.ts';
import type { StepFunctionsOptions } from '../../emulators/aws/step-functions.ts';
import type { WorldOptions } from '../../world.ts';

const input = JSON.stringify({
  source: 'oss://raw/key',
  destination: 'oss://archive/copy',
  options: { partSizeMiB: 1, maxInFlight: 2 },
});

const slow: WorldOptions = { faultRules: [{ operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 40 } }] };
const types = (events: readonly HistoryEvent[] | undefined) => events?.map(({ type }) => type);

describe('Step Functions, driven by its own SDK', () => {
  let cloud: Cloud;
  const start = (name: string, text = input) =>
    cloud.sfn.send(new StartExecutionCommand({ stateMachineArn: cloud.emulator.machineArn, name, input: text }));
  const describeIt = (executionArn: string | undefined) =>
    cloud.sfn.send(new DescribeExecutionCommand({ executionArn }));
  const history = (executionArn: string | undefined, more: object = {}) =>
    cloud.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, ...more }));

  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud[Symbol.asyncDispose]());
  const restart = async (world: WorldOptions, options?: Partial<StepFunctionsOptions>) => {
    await cloud[Symbol.asyncDispose]();
    cloud = await startCloud(world, options);
  };

  it('runs a copy for real and shows its end, its receipt and its history', async () => {
    const { executionArn, startDate } = await start('one');
    expect(executionArn).toBe('arn:aws:states:eu-central-1:000000000000:execution:CopyObject:one');
    expect(await cloud.emulator.quiet('one')).toBe('SUCCEEDED');
    const end = await describeIt(executionArn);
    expect(end).toMatchObject({ name: 'one', status: 'SUCCEEDED', input, startDate, redriveStatus: 'NOT_REDRIVABLE' });
    expect(JSON.parse(end.output ?? '')).toMatchObject({ strategy: 'parts', partCount: 12 });
    cloud.world.expectSameBytes();
    const { events = [] } = await history(executionArn);
    const named = (type: string) => events.filter((event) => event.type === type);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(types(events.slice(0, 10))).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ChoiceStateEntered',
      'ChoiceStateExited',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
    ]);
    const [initiated] = named('TaskStateExited');
    expect(initiated?.stateExitedEventDetails).toMatchObject({ name: 'Initiate', outputDetails: { truncated: false } });
    expect(JSON.parse(initiated?.stateExitedEventDetails?.output ?? '')).toMatchObject({
      strategy: 'parts',
      copy: { uploadId: expect.any(String), partCount: 12 },
    });
    const [scheduled] = named('TaskScheduled');
    expect(JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? '')).toMatchObject({
      Payload: { request: JSON.parse(input), startedAt: expect.any(String) },
    });
    expect(named('MapIterationStarted')).toHaveLength(named('MapIterationSucceeded').length);
    expect(types(events.slice(-3))).toEqual(['SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded']);
    expect(cloud.changes.map(({ detail }) => detail.status)).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('has as many history events as the local engine counts', async () => {
    const { executionArn } = await start('one');
    await cloud.emulator.quiet('one');
    const { historyEvents } = await cloud.world.copy({ options: { partSizeMiB: 1, maxInFlight: 2 } });
    expect((await history(executionArn)).events).toHaveLength(historyEvents);
  });

  it('starts an execution of one name once as long as it runs, and never again after that', async () => {
    await restart(slow);
    const first = await start('same');
    const again = await start('same');
    expect(again).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    await expect(start('same', '{"source":"oss://raw/other"}')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    await cloud.emulator.quiet('same');
    await expect(start('same')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(cloud.world.oss.requests.count('InitiateMultipartUpload')).toBe(1);
  });

  it('refuses with the names of the service', async () => {
    const { machineArn } = cloud.emulator;
    const other = machineArn.replace('CopyObject', 'Other');
    const none = `${machineArn.replace(':stateMachine:', ':execution:')}:none`;
    await expect(start('a b')).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(start('bad', '{')).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(describeIt(none)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    await expect(describeIt('none')).rejects.toMatchObject({ name: 'InvalidArn' });
    await expect(cloud.sfn.send(new StartExecutionCommand({ stateMachineArn: other }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(
      cloud.sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, nextToken: 'x' })),
    ).rejects.toMatchObject({ name: 'InvalidToken' });
    await expect(
      cloud.sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, maxResults: 1001 })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('verifies signatures and throttles by plan', async () => {
    const wrong = clientOf(cloud.emulator, 'wrong');
    const list = new ListExecutionsCommand({ stateMachineArn: cloud.emulator.machineArn });
    await expect(wrong.send(list)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    wrong.destroy();
    const bare = await fetch(cloud.emulator.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.ListExecutions' },
      body: '{}',
    });
    expect(await bare.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    cloud.emulator.faults.setPlan({
      seed: 1,
      rules: [
        {
          operation: 'ListExecutions',
          times: 1,
          fault: { kind: 'status', status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
        },
      ],
    });
    await expect(cloud.sfn.send(list)).rejects.toMatchObject({ name: 'ThrottlingException' });
    await expect(cloud.sfn.send(list)).resolves.toMatchObject({ executions: [] });
  });

  it('lists newest first, by status and in pages', async () => {
    const bad = JSON.stringify({ source: 'oss://raw/none', destination: 'oss://archive/copy' });
    for (const [index, text] of [input, bad, input, bad, input].entries()) {
      await start(`run-${index}`, text);
      await cloud.emulator.quiet(`run-${index}`);
    }
    const pages: (string | undefined)[][] = [];
    let nextToken: string | undefined;
    do {
      const page = await cloud.sfn.send(
        new ListExecutionsCommand({ stateMachineArn: cloud.emulator.machineArn, maxResults: 2, nextToken }),
      );
      pages.push(page.executions?.map(({ name }) => name) ?? []);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(pages).toEqual([['run-4', 'run-3'], ['run-2', 'run-1'], ['run-0']]);
    const failed = await cloud.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: cloud.emulator.machineArn, statusFilter: 'FAILED' }),
    );
    expect(failed.executions?.map(({ name }) => name)).toEqual(['run-3', 'run-1']);
  });

  it('pages a history forwards and backwards, with and without data', async () => {
    const { executionArn } = await start('one');
    await cloud.emulator.quiet('one');
    const all = (await history(executionArn)).events ?? [];
    const read = async (more: object) => {
      const events: HistoryEvent[] = [];
      let nextToken: string | undefined;
      do {
        const page = await history(executionArn, { maxResults: 7, nextToken, ...more });
        events.push(...(page.events ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return events;
    };
    expect(await read({})).toEqual(all);
    expect(await read({ reverseOrder: true })).toEqual(all.toReversed());
    const bare = await read({ includeExecutionData: false });
    expect(types(bare)).toEqual(types(all));
    expect(JSON.stringify(bare)).not.toContain('oss://');
  });

  it('stops without telling the machine or a handler that runs', async () => {
    await restart(slow);
    const { executionArn } = await start('one');
    await expect.poll(() => cloud.world.oss.requests.count('UploadPartCopy')).toBeGreaterThan(2);
    const before = cloud.world.oss.requests.count('UploadPartCopy');
    const { stopDate } = await cloud.sfn.send(
      new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'why' }),
    );
    expect(await describeIt(executionArn)).toMatchObject({
      status: 'ABORTED',
      stopDate,
      error: 'Enough',
      cause: 'why',
    });
    expect(await cloud.emulator.quiet('one')).toBe('ABORTED');
    expect(cloud.world.oss.requests.count('UploadPartCopy')).toBeGreaterThan(before);
    expect(cloud.world.oss.requests.count('AbortMultipartUpload')).toBe(0);
    expect(cloud.world.oss.model.openUploads('archive')).toHaveLength(1);
    const { events } = await history(executionArn, { reverseOrder: true });
    expect(types(events?.slice(0, 2))).toEqual(['ExecutionAborted', 'MapStateAborted']);
    expect(cloud.changes.at(-1)).toMatchObject({ source: 'aws.states', detail: { status: 'ABORTED', name: 'one' } });
    await expect(cloud.sfn.send(new StopExecutionCommand({ executionArn }))).resolves.toMatchObject({ stopDate });
  });

  it('redrives from the state that did not succeed', async () => {
    await restart(slow);
    const { executionArn } = await start('one');
    await expect(cloud.sfn.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
    await expect.poll(() => cloud.world.oss.requests.count('UploadPartCopy')).toBeGreaterThan(2);
    await cloud.sfn.send(new StopExecutionCommand({ executionArn }));
    await cloud.emulator.quiet('one');
    expect(await describeIt(executionArn)).toMatchObject({ redriveStatus: 'REDRIVABLE' });
    await cloud.sfn.send(new RedriveExecutionCommand({ executionArn }));
    expect(await cloud.emulator.quiet('one')).toBe('SUCCEEDED');
    expect(await describeIt(executionArn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    expect(cloud.world.oss.requests.count('InitiateMultipartUpload')).toBe(1);
    expect(cloud.world.oss.requests.count('UploadPartCopy')).toBe(12);
    cloud.world.expectSameBytes();
  });

  it('a Fail state fails again when it is redriven', async () => {
    const { executionArn } = await start('one', JSON.stringify({ source: 'oss://raw/none', destination: 'oss://a/b' }));
    expect(await cloud.emulator.quiet('one')).toBe('FAILED');
    const before = (await history(executionArn)).events?.length ?? 0;
    await cloud.sfn.send(new RedriveExecutionCommand({ executionArn }));
    expect(await cloud.emulator.quiet('one')).toBe('FAILED');
    const { events = [] } = await history(executionArn);
    expect(types(events.slice(before))).toEqual(['ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('times out, and ends where the history is full, without a word to the machine', async () => {
    await restart(slow, { historyLimit: 20 });
    const first = await start('full');
    expect(await cloud.emulator.quiet('full')).toBe('FAILED');
    expect(await describeIt(first.executionArn)).toMatchObject({ error: 'States.Runtime' });
    const second = await start('slow');
    cloud.emulator.timeOut('slow');
    expect(await describeIt(second.executionArn)).toMatchObject({ status: 'TIMED_OUT' });
    await cloud.emulator.quiet('slow');
    expect(cloud.world.oss.requests.count('AbortMultipartUpload')).toBe(0);
  });
});
