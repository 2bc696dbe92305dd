import { createServer } from 'node:http';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { ENV } from '@objectferry/shared/naming.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { handler as cleanUp } from '#functions/clean-up.ts';
import { handler as sweep } from '#functions/sweep.ts';
import { type Cloud, startCloud } from '../cloud.ts';
import { demoAwsAccount } from '../emulators/aws/step-functions.ts';
import { demoOssAccount } from '../emulators/oss/emulator.ts';
import { lambdaContext } from '../lambda-context.ts';

// The last look after a stop is taken when a minute is left.
const context = lambdaContext('clean-up', 60_000);

/** The deployed handlers, as Lambda calls them: with the environment, the extension and the events of AWS. */
describe('the handlers that clean up', () => {
  let cloud: Cloud;
  const extension = createServer((request, response) => {
    const { accessKeyId, secretAccessKey } = demoOssAccount;
    const store = {
      provider: 'oss',
      region: cloud.world.oss.region,
      endpoint: cloud.world.oss.endpoint,
      addressing: 'path',
      credentials: { secret: 'objectferry/oss' },
      buckets: ['raw', 'archive'],
    };
    const answer = request.url?.startsWith('/secretsmanager/')
      ? { SecretString: JSON.stringify({ accessKeyId, secretAccessKey }) }
      : { Parameter: { Value: JSON.stringify({ stores: { oss: store } }) } };
    response.end(JSON.stringify(answer));
  });

  beforeAll(async () => {
    cloud = await startCloud({ faultRules: [{ operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 60 } }] });
    await new Promise<void>((resolve) => extension.listen(0, '127.0.0.1', resolve));
    const address = extension.address();
    if (address === null || typeof address === 'string') return expect.fail('the extension has no port');
    const { endpoint, region, machineArn } = cloud.emulator;
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(address.port));
    vi.stubEnv(ENV.storesParameter, '/objectferry/stores');
    vi.stubEnv(ENV.machineArn, machineArn);
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_ENDPOINT_URL_SFN', endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', demoAwsAccount.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', demoAwsAccount.secretAccessKey);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    extension.close();
    extension.closeAllConnections();
    await cloud[Symbol.asyncDispose]();
  });

  const stopped = async (name: string) => {
    const before = cloud.world.oss.requests.count('UploadPartCopy');
    const executionArn = await cloud.start(name);
    await expect
      .poll(() => cloud.world.oss.requests.count('UploadPartCopy'), { timeout: 30_000 })
      .toBeGreaterThan(before + 2);
    await cloud.sfn.send(new StopExecutionCommand({ executionArn }));
    return cloud.changes.at(-1);
  };

  it('CleanUp aborts the upload that an event of EventBridge leads to, and gets over throttles', async () => {
    const event = await stopped('one');
    const fault = { kind: 'status', status: 400, code: 'ThrottlingException', message: 'Rate exceeded' } as const;
    cloud.emulator.faults.setPlan({ seed: 1, rules: [{ operation: '*', times: 3, fault }] });
    expect(event?.detail.status).toBe('ABORTED');
    expect(await cleanUp(event, context)).toEqual({ upload: 'gone' });
    expect(cloud.emulator.faults.log).toHaveLength(3);
    await cloud.emulator.quiet('one');
    cloud.world.expectNoUploads();
  });

  it('CleanUp refuses what is no such event', async () => {
    await expect(cleanUp({ detail: {} }, context)).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('Sweep finds what CleanUp was never told of, and tells it as metrics', async () => {
    await stopped('two');
    await cloud.emulator.quiet('two');
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const minutes = { ...context, getRemainingTimeInMillis: () => 900_000 };
    const answer = await sweep({ source: 'aws.events' }, minutes).finally(() => spy.mockRestore());
    expect(answer).toEqual({ executions: 2, complete: true });
    cloud.world.expectNoUploads();
    const metrics = written.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
    expect(metrics).toContainEqual(expect.objectContaining({ store: 'oss', SweptUploads: 1 }));
    expect(metrics).toContainEqual(
      expect.objectContaining({ store: 'oss', bucket: 'archive', OpenUploads: 0, OpenUploadBytes: 0 }),
    );
  });
});
