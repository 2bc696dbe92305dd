import { createServer } from 'node:http';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExecutionConflict, type Executions } from '#functions/executions.ts';
import { createStepFunctionsExecutions } from '#functions/step-functions-executions.ts';
import {
  demoAwsAccount,
  type StepFunctionsEmulator,
  startStepFunctionsEmulator,
} from '../../emulators/aws/step-functions.ts';
import type { FaultRule } from '../../emulators/fault-plan.ts';
import { seededBytes, startWorld, type World } from '../../world.ts';
import { IN_PARTS, MIB } from './api-world.ts';

const PATIENT = { maxAttempts: 3, retryMode: 'adaptive' };

describe('executions on Step Functions', () => {
  let world: World;
  let aws: StepFunctionsEmulator;
  let executions: Executions;
  const small = { source: 'oss://raw/small', destination: 'oss://archive/small' };
  const missing = { source: 'oss://raw/missing', destination: 'oss://archive/small' };
  beforeAll(async () => {
    world = await startWorld({
      // Nobody tells a handler that its execution was stopped, so it is not held for long.
      faultRules: [{ operation: 'UploadPartCopy', after: 2, fault: { kind: 'latency', ms: 1_500 } }],
    });
    world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    world.oss.model.putObject('raw', 'small', seededBytes(10));
    aws = await startStepFunctionsEmulator({ runtime: world.runtime, retryIntervalMs: 1 });
    executions = executionsWith(aws.machineArn);
  });
  afterAll(async () => {
    await aws.close();
    await world[Symbol.asyncDispose]();
  });

  function executionsWith(machineArn: string, tries: { maxAttempts: number; retryMode: string } = PATIENT): Executions {
    const { endpoint, region } = aws;
    const client = new SFNClient({ endpoint, region, credentials: demoAwsAccount, ...tries });
    return createStepFunctionsExecutions(client, machineArn);
  }

  async function ended(id: string, request: unknown = small): Promise<void> {
    await executions.start({ id, request });
    await aws.quiet(id);
  }

  it('starts one execution for an id, and tells it from another request', async () => {
    await ended('once');
    expect(await executions.start({ id: 'once', request: small })).toBe('exists');
    const { source, destination } = small;
    expect(await executions.start({ id: 'once', request: { destination, source } })).toBe('exists');
    await expect(executions.start({ id: 'once', request: missing })).rejects.toThrow(ExecutionConflict);
  });

  it('describes what came of it', async () => {
    await ended('described');
    expect(await executions.describe('described')).toMatchObject({
      id: 'described',
      state: 'succeeded',
      request: small,
      output: { strategy: 'whole', size: 10 },
      startedAt: expect.any(Date),
      endedAt: expect.any(Date),
    });
    await ended('failed', missing);
    const failed = await executions.describe('failed');
    expect(failed).toMatchObject({ state: 'failed', error: 'SourceNotFound', output: undefined });
    expect(failed?.cause).toContain('There is no');
  });

  it.each(['nothing', 'a:b', 'a b', '', 'x'.repeat(81)])('knows nothing of %j', async (id) => {
    expect(await executions.describe(id)).toBeUndefined();
    expect(await executions.pinned(id)).toBeUndefined();
  });

  it.each(['a.b', 'a b', '', 'x'.repeat(81), 'ü'])('does not give the id %j', async (id) => {
    await expect(executions.start({ id, request: small })).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('reads what Initiate pinned while the copy runs, stops it, and runs it again', async () => {
    const request = { ...IN_PARTS, options: { ...IN_PARTS.options, onFailure: 'keep' } };
    await executions.start({ id: 'held', request });
    await expect.poll(() => executions.pinned('held')).toMatchObject({ partCount: 4, uploadId: expect.any(String) });
    await executions.stop('held', 'A test said so.');
    expect(await executions.describe('held')).toMatchObject({
      state: 'stopped',
      error: 'Stopped',
      cause: 'A test said so.',
    });
    await executions.stop('held', 'Twice.');
    world.oss.faults.setPlan({ seed: 1, rules: [] });
    await executions.redrive('held');
    await aws.quiet('held');
    expect(await executions.describe('held')).toMatchObject({ state: 'succeeded', output: { strategy: 'parts' } });
  });

  it('does not redrive what succeeded or never was', async () => {
    await ended('done');
    await expect(executions.redrive('done')).rejects.toThrow(/cannot be redriven/);
    await expect(executions.redrive('never')).rejects.toThrow(ExecutionConflict);
  });

  it('knows nothing pinned where the source was not found', async () => {
    await ended('unpinned', missing);
    expect(await executions.pinned('unpinned')).toBeUndefined();
  });

  it('lists by state in pages, newest first', async () => {
    await ended('list-1', missing);
    await ended('list-2', missing);
    const first = await executions.list({ state: 'failed', limit: 1 });
    expect(first.executions).toMatchObject([{ id: 'list-2', state: 'failed', endedAt: expect.any(Date) }]);
    const second = await executions.list({ state: 'failed', limit: 1, next: first.next });
    expect(second.executions).toMatchObject([{ id: 'list-1' }]);
    expect((await executions.list({ state: 'timedOut' })).executions).toEqual([]);
    await expect(executions.list({ next: 'rubbish' })).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it.each([
    ['ThrottlingException', 400, 'Throttled'],
    ['ExecutionLimitExceeded', 400, 'Throttled'],
    ['InternalFailure', 500, 'ProviderUnavailable'],
    ['AccessDeniedException', 400, 'AccessDeniedException'],
  ])('calls %s by its name in our list', async (code, status, name) => {
    const rules: FaultRule[] = [{ operation: '*', fault: { kind: 'status', status, code } }];
    aws.faults.setPlan({ seed: 1, rules });
    const once = executionsWith(aws.machineArn, { maxAttempts: 1, retryMode: 'standard' });
    for (const attempt of [
      () => once.start({ id: 'x', request: small }),
      () => once.describe('x'),
      () => once.list({}),
      () => once.stop('x', 'reason'),
      () => once.redrive('x'),
      () => once.pinned('x'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ name });
    }
    aws.faults.setPlan({ seed: 1, rules: [] });
  });

  it('gets over a throttle', async () => {
    const fault = { kind: 'status', status: 400, code: 'ThrottlingException' } as const;
    aws.faults.setPlan({ seed: 1, rules: [{ operation: 'StartExecution', times: 1, fault }] });
    expect(await executions.start({ id: 'throttled', request: small })).toBe('started');
  });

  it('says that nobody answers', async () => {
    const client = new SFNClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'x',
      credentials: demoAwsAccount,
      maxAttempts: 1,
    });
    const nowhere = createStepFunctionsExecutions(client, aws.machineArn);
    await expect(nowhere.describe('x')).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('refuses what is no state machine', () => {
    expect(() => executionsWith('arn:aws:lambda:eu-central-1:000000000000:function:Api')).toThrow(/not the ARN/);
  });

  it.each([
    ['PENDING_REDRIVE', { state: 'running' }],
    ['SOMETHING_NEW', undefined],
  ])('knows what it means that an execution is %s', async (status, expected) => {
    const server = createServer((_, response) => {
      // An input that is too large to be told, as DescribeExecution answers it.
      const described = { executionArn: 'arn', name: 'x', status, startDate: 1, inputDetails: { included: false } };
      response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(described));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = new SFNClient({ endpoint: `http://127.0.0.1:${port}`, region: 'x', credentials: demoAwsAccount });
    const described = createStepFunctionsExecutions(client, aws.machineArn).describe('x');
    if (expected === undefined) await expect(described).rejects.toMatchObject({ name: 'Unknown' });
    else expect(await described).toMatchObject({ ...expected, request: undefined });
    client.destroy();
    server.close();
  });
});
