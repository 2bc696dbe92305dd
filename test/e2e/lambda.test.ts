import { createServer } from 'node:http';
import { Step } from '@objectferry/shared/contract.ts';
import { ENV } from '@objectferry/shared/naming.ts';
import { parse } from '@objectferry/shared/schema.ts';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { handler as abort } from '#functions/abort.ts';
import { handler as complete } from '#functions/complete.ts';
import { handler as copySpan } from '#functions/copy-span.ts';
import { handler as copyWhole } from '#functions/copy-whole.ts';
import { handler as initiate } from '#functions/initiate.ts';
import { demoOssAccount, type OssEmulator, startOssEmulator } from '../emulators/oss/emulator.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const startedAt = new Date().toISOString();
const context: Context = {
  awsRequestId: 'request',
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'handler',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn',
  logGroupName: 'group',
  logStreamName: 'stream',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 900_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

/** The deployed handlers, as Lambda calls them: stores and secrets come from the extension beside them. */
describe('the Lambda handlers', () => {
  let oss: OssEmulator;
  let busy = 0;
  const asked: string[] = [];
  const extension = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (busy > 0) {
      busy -= 1;
      response.writeHead(503).end('busy');
      return;
    }
    const { accessKeyId, secretAccessKey } = demoOssAccount;
    const store = {
      provider: 'oss',
      region: oss.region,
      endpoint: oss.endpoint,
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
    oss = await startOssEmulator({ buckets: ['raw', 'archive'] });
    await new Promise<void>((resolve) => extension.listen(0, '127.0.0.1', resolve));
    const address = extension.address();
    if (address === null || typeof address === 'string') return expect.fail('the extension has no port');
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(address.port));
    vi.stubEnv('AWS_SESSION_TOKEN', 'session');
    vi.stubEnv(ENV.storesParameter, '/objectferry/stores');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    extension.close();
    extension.closeAllConnections();
    await oss.close();
  });

  const request = {
    source: 'oss://raw/key',
    destination: 'oss://archive/copy',
    options: { partSizeMiB: 1, maxInFlight: 2 },
  };

  it('fail with a name that the machine matches, and try the parameter again next time', async () => {
    busy = 1;
    await expect(initiate({ request, startedAt }, context)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    await expect(initiate({ request: {}, startedAt }, context)).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('copy an object in parts, and get over a busy secret store', async () => {
    oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    const step = parse(Step, JSON.parse(JSON.stringify(await initiate({ request, startedAt }, context))), 'The step');
    if (step.strategy !== 'parts') return expect.fail(`the strategy is ${step.strategy}`);
    busy = 2;
    const [span] = step.spans;
    const report = await copySpan({ copy: step.copy, span }, context);
    expect(report).toMatchObject({ copied: 4, rest: null });
    const end = await complete({ copy: step.copy, reports: [report], done: step.done }, context);
    expect(end).toMatchObject({ strategy: 'finished', receipt: { strategy: 'parts', partCount: 4 } });
    expect(oss.model.getObject('archive', 'copy')?.content.size).toBe(4 * MIB);
    expect(asked.filter((url) => url.startsWith('/systemsmanager/'))).toHaveLength(2);
  });

  it('copy an object with one request', async () => {
    oss.model.putObject('raw', 'key', seededBytes(100));
    const whole = { ...request, options: {} };
    const step = parse(
      Step,
      JSON.parse(JSON.stringify(await initiate({ request: whole, startedAt }, context))),
      'The step',
    );
    if (step.strategy !== 'whole') return expect.fail(`the strategy is ${step.strategy}`);
    const end = await copyWhole({ copy: step.copy, request: whole }, context);
    expect(end).toMatchObject({ strategy: 'finished', receipt: { strategy: 'whole' } });
  });

  it('abort an upload', async () => {
    oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const step = parse(Step, JSON.parse(JSON.stringify(await initiate({ request, startedAt }, context))), 'The step');
    const error = { Error: 'AccessDenied', Cause: '{}' };
    expect(await abort({ state: { ...step, error }, startedAt }, context)).toEqual({ upload: 'gone' });
    expect(oss.model.openUploads('archive')).toEqual([]);
  });
});
