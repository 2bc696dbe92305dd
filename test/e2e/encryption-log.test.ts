import { Step } from '@objectferry/shared/contract.ts';
import { CustomerKey } from '@objectferry/shared/credentials.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, importHandlers, LAMBDA_CONTEXT, startDeployment } from '../deployed-handlers.ts';
import { type EmulatedWorld, putInParts, startEmulated } from '../emulated-world.ts';
import { EMULATED, type Emulator, storeFor } from '../emulators/catalogue.ts';
import { seededBytes } from '../world.ts';
import { expectNone } from './encryption-notations.ts';

const MIB = 1024 * 1024;
const KEYS: Readonly<Record<string, Buffer>> = {
  source: seededBytes(32, 31),
  destination: seededBytes(32, 32),
  other: seededBytes(32, 33),
};
const startedAt = new Date().toISOString();
const customer = (keySecret: string) => ({ kind: 'customer', keySecret });

describe.each(['obs', 'qingstor', 's3'])('the log of deployed handlers that copy under customer keys on %s', (name) => {
  const provider = EMULATED[name];
  if (provider === undefined) throw new Error(`${name} is not emulated`);
  const [from, to] = provider.buckets;
  const partBytes = provider.partSizeMiB * MIB;
  let emulator: Emulator;
  let world: EmulatedWorld<Emulator>;
  let deployment: Deployment;

  beforeAll(async () => {
    emulator = await provider.start({ buckets: provider.buckets });
    world = startEmulated(name, emulator);
    const encryption = { kind: 'customer', key: new CustomerKey(KEYS['source'] ?? Buffer.of()) } as const;
    await putInParts(world.client, { bucket: from, key: 'key' }, seededBytes(2 * partBytes), partBytes, { encryption });
    const [account] = emulator.accounts;
    const store = { ...storeFor(name, provider, emulator), credentials: { secret: 'account' } };
    deployment = await startDeployment({
      stores: () => ({ stores: { [name]: store } }),
      secret: (secret) => KEYS[secret]?.toString('base64') ?? JSON.stringify(account),
    });
  });
  afterAll(async () => {
    await deployment[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  const busyOnce = (operations: readonly string[]) =>
    emulator.faults.setPlan({
      seed: 1,
      rules: operations.map((operation) => ({
        operation,
        times: 1,
        fault: { kind: 'status', status: 503, code: 'ServiceUnavailable' },
      })),
    });
  const requestWith = (options: object) => ({
    source: `${name}://${from}/key`,
    destination: `${name}://${to}/copy`,
    options,
  });

  it('has the retries, and no key', async () => {
    const { initiate, copySpan, complete } = await importHandlers();
    busyOnce(['HeadObject', 'UploadPartCopy', 'CompleteMultipartUpload']);
    const options = {
      sourceEncryption: customer('source'),
      encryption: customer('destination'),
      partSizeMiB: provider.partSizeMiB,
    };
    const step = parse(Step, await initiate({ request: requestWith(options), startedAt }, LAMBDA_CONTEXT), 'The step');
    if (step.strategy !== 'parts') return expect.fail(`the strategy is ${step.strategy}`);
    const reports = await Promise.all(step.spans.map((span) => copySpan({ copy: step.copy, span }, LAMBDA_CONTEXT)));
    const end = await complete({ copy: step.copy, reports, done: step.done }, LAMBDA_CONTEXT);
    expect(end).toMatchObject({ receipt: { destination: { encryption: { algorithm: 'AES256' } } } });
    const text = deployment.logged.join('');
    expect(text.match(/"message":"retry"/g)).toHaveLength(3);
    expectNone(Object.values(KEYS), text);
  });

  it('has no key when the source is under another one', async () => {
    const { initiate } = await importHandlers();
    busyOnce(['HeadObject']);
    const options = { sourceEncryption: customer('other'), encryption: customer('destination') };
    await expect(initiate({ request: requestWith(options), startedAt }, LAMBDA_CONTEXT)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('the customer key in the secret other'),
    });
    expect(deployment.logged.length).toBeGreaterThan(0);
    expectNone(Object.values(KEYS), deployment.logged.join(''));
  });
});
