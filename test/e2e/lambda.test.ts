import { Step } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, importHandlers, LAMBDA_CONTEXT, startDeployment } from '../deployed-handlers.ts';
import { demoOssAccount, type OssEmulator, startOssEmulator } from '../emulators/oss/emulator.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const startedAt = new Date().toISOString();
/** The deployed handlers, as Lambda calls them: stores and secrets come from the extension beside them. */
describe('the Lambda handlers', () => {
  let oss: OssEmulator;
  let busy = 0;
  let deployment: Deployment;
  let handlers: Awaited<ReturnType<typeof importHandlers>>;

  beforeAll(async () => {
    oss = await startOssEmulator({ buckets: ['raw', 'archive'] });
    const { accessKeyId, secretAccessKey } = demoOssAccount;
    const store = {
      provider: 'oss',
      region: oss.region,
      endpoint: oss.endpoint,
      addressing: 'path',
      credentials: { secret: 'objectferry/oss' },
      buckets: ['raw', 'archive'],
    };
    deployment = await startDeployment({
      stores: () => ({ stores: { oss: store } }),
      secret: () => JSON.stringify({ accessKeyId, secretAccessKey }),
      isBusy: () => {
        busy -= 1;
        return busy >= 0;
      },
    });
    handlers = await importHandlers();
  });
  afterAll(async () => {
    await deployment[Symbol.asyncDispose]();
    await oss.close();
  });

  const request = {
    source: 'oss://raw/key',
    destination: 'oss://archive/copy',
    options: { partSizeMiB: 1, maxInFlight: 2 },
  };

  it('fail with a name that the machine matches, and try the parameter again next time', async () => {
    busy = 1;
    await expect(handlers.initiate({ request, startedAt }, LAMBDA_CONTEXT)).rejects.toMatchObject({
      name: 'ProviderUnavailable',
    });
    await expect(handlers.initiate({ request: {}, startedAt }, LAMBDA_CONTEXT)).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });

  it('copy an object in parts, and get over a busy secret store', async () => {
    oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    busy = 2;
    const step = parse(
      Step,
      JSON.parse(JSON.stringify(await handlers.initiate({ request, startedAt }, LAMBDA_CONTEXT))),
      'The step',
    );
    if (step.strategy !== 'parts') return expect.fail(`the strategy is ${step.strategy}`);
    const [span] = step.spans;
    const report = await handlers.copySpan({ copy: step.copy, span }, LAMBDA_CONTEXT);
    expect(report).toMatchObject({ copied: 4, rest: null });
    const end = await handlers.complete({ copy: step.copy, reports: [report], done: step.done }, LAMBDA_CONTEXT);
    expect(end).toMatchObject({ strategy: 'finished', receipt: { strategy: 'parts', partCount: 4 } });
    expect(oss.model.getObject('archive', 'copy')?.content.size).toBe(4 * MIB);
    expect(deployment.asked.filter((url) => url.startsWith('/systemsmanager/'))).toHaveLength(2);
    // Twice for nothing; then it is kept for all requests of all handlers.
    expect(deployment.asked.filter((url) => url.startsWith('/secretsmanager/'))).toHaveLength(3);
  });

  it('read a copy back that nothing else proves', async () => {
    // Without a checksum, and with an ETag that no single request makes.
    oss.model.putObject('raw', 'key', seededBytes(100), {
      crc64: undefined,
      etag: '5B3C1A2E053D763E1B002CC607C5A0FE-2',
    });
    const whole = { ...request, options: { verify: 'read' } };
    const through = async (answer: Promise<unknown>) => parse(Step, JSON.parse(JSON.stringify(await answer)), 'A step');
    const planned = await through(handlers.initiate({ request: whole, startedAt }, LAMBDA_CONTEXT));
    if (planned.strategy !== 'whole') return expect.fail(`the strategy is ${planned.strategy}`);
    const written = await through(handlers.copyWhole({ copy: planned.copy, request: whole }, LAMBDA_CONTEXT));
    if (written.strategy !== 'verify') return expect.fail(`the strategy is ${written.strategy}`);
    const { copy, receipt, byteSpans, read } = written;
    expect(byteSpans).toEqual([{ offset: 0, length: 100 }]);
    const { destination } = receipt;
    const report = await handlers.verifySpan({ copy, destination, byteSpan: byteSpans[0] }, LAMBDA_CONTEXT);
    expect(report).toMatchObject({ bytes: 100, rest: null });
    const end = await through(handlers.prove({ copy, receipt, reports: [report], read }, LAMBDA_CONTEXT));
    const said = '100 bytes read';
    const proof = { name: 'bytes', result: 'equal', source: said, destination: said };
    expect(end).toMatchObject({ strategy: 'finished', receipt: { checks: expect.arrayContaining([proof]) } });
  });

  it('copy an object with one request', async () => {
    oss.model.putObject('raw', 'key', seededBytes(100));
    const whole = { ...request, options: {} };
    const step = parse(
      Step,
      JSON.parse(JSON.stringify(await handlers.initiate({ request: whole, startedAt }, LAMBDA_CONTEXT))),
      'The step',
    );
    if (step.strategy !== 'whole') return expect.fail(`the strategy is ${step.strategy}`);
    const end = await handlers.copyWhole({ copy: step.copy, request: whole }, LAMBDA_CONTEXT);
    expect(end).toMatchObject({ strategy: 'finished', receipt: { strategy: 'whole' } });
  });

  it('abort an upload', async () => {
    oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
    const step = parse(
      Step,
      JSON.parse(JSON.stringify(await handlers.initiate({ request, startedAt }, LAMBDA_CONTEXT))),
      'The step',
    );
    const error = { Error: 'AccessDenied', Cause: '{}' };
    expect(await handlers.abort({ state: { ...step, error }, startedAt }, LAMBDA_CONTEXT)).toEqual({ upload: 'gone' });
    expect(oss.model.openUploads('archive')).toEqual([]);
  });
});
