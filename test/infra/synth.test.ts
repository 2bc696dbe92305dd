import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { Step } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LambdaHandler } from '#functions/lambda.ts';
import { LAMBDA_CONTEXT, startDeployment } from '../deployed-handlers.ts';
import { demoOssAccount, startOssEmulator } from '../emulators/oss/emulator.ts';
import { makeCertificate } from '../unit/push/made-certificate.ts';
import { seededBytes } from '../world.ts';
import { createTestApp, EVERYTHING, EVERYTHING_ELSE } from './template.ts';

const run = promisify(execFile);
const MIB = 2 ** 20;

test.each([
  ['everything', EVERYTHING],
  ['everything else', EVERYTHING_ELSE],
  ['a fresh clone', {}],
])('cdk-nag has nothing to say about %s', (_what, config) => {
  const { app } = createTestApp(config);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('cdk-nag would say something', () => {
  const { app, stack } = createTestApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new Bucket(stack, 'Open');
  expect(() => app.synth()).toThrow(/AwsSolutions-S1/);
});

/**
 * What a cold start loads, in KiB, minified: a twentieth above what it was when the number was written. Transport and XML
 * are most of a task; a client of AWS adds nearly as much, so that none may slip into one.
 */
const BUDGETS: Readonly<Record<string, { readonly kib: number; readonly clients: readonly string[] }>> = {
  Initiate: { kib: 412, clients: [] },
  CopyWhole: { kib: 396, clients: [] },
  CopySpan: { kib: 384, clients: [] },
  Complete: { kib: 399, clients: [] },
  VerifySpan: { kib: 379, clients: [] },
  Prove: { kib: 375, clients: [] },
  Abort: { kib: 379, clients: [] },
  Api: { kib: 765, clients: ['sfn'] },
  Receive: { kib: 710, clients: ['sqs'] },
  Intake: { kib: 770, clients: ['sfn', 'sqs'] },
  CleanUp: { kib: 707, clients: ['sfn'] },
  Sweep: { kib: 716, clients: ['sfn'] },
};

const Template = v.object({ Resources: v.record(v.string(), v.unknown()) });
const Code = v.object({ S3Key: v.string() });
const FunctionResource = v.object({
  Type: v.literal('AWS::Lambda::Function'),
  Properties: v.object({ Code, Handler: v.literal('index.handler') }),
});

const STORES = `stores:
  aws: { provider: s3, region: eu-west-1, endpoint: "https://s3.eu-west-1.amazonaws.com", credentials: { secret: aws }, buckets: [raw, archive] }
`;
const EVENTS = `rules:
  films:
    when: { store: aws, bucket: raw, prefix: films/ }
    copyTo: { store: aws, bucket: archive }
    from: { token: { secret: objectferry/push } }
`;

// Twelve bundles take half a minute on a busy machine.
const BUNDLING_MS = 180_000;

/** Writes files to a new folder, which is also where the output goes. */
async function newFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'objectferry-synth-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** The same for one test. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await newFolder(files);
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function synthesize(folder: string, context: Readonly<Record<string, unknown>>): Promise<void> {
  const variables = [`CDK_OUTDIR=${join(folder, 'out')}`, `CDK_CONTEXT_JSON=${JSON.stringify(context)}`];
  await run('env', [...variables, process.execPath, 'infra/main.ts']);
}

/** The file of every function, by its name. */
async function bundlesIn(out: string): Promise<ReadonlyMap<string, string>> {
  const { Resources } = v.parse(Template, JSON.parse(await readFile(join(out, 'Objectferry.template.json'), 'utf8')));
  return new Map(
    Object.entries(Resources).flatMap(([id, resource]) => {
      if (!v.is(FunctionResource, resource)) return [];
      const asset = resource.Properties.Code.S3Key.replace(/\.zip$/, '');
      return [[id.replace(/[0-9A-F]{8}$/, ''), join(out, `asset.${asset}`, 'index.js')] as const];
    }),
  );
}

describe('a deployment as it is', () => {
  let folder: string;
  let bundles: ReadonlyMap<string, string>;

  beforeAll(async () => {
    folder = await newFolder({ 'stores.yaml': STORES, 'events.yaml': EVENTS });
    await synthesize(folder, { storesFile: join(folder, 'stores.yaml'), eventsFile: join(folder, 'events.yaml') });
    bundles = await bundlesIn(join(folder, 'out'));
  }, BUNDLING_MS);
  afterAll(() => rm(folder, { recursive: true }));

  test('has no bundle larger than its budget', async () => {
    expect([...bundles.keys()].sort()).toEqual(Object.keys(BUDGETS).sort());
    for (const [name, file] of bundles) {
      const code = await readFile(file, 'utf8');
      const clients = ['sfn', 'sqs', 's3', 'ssm', 'secrets-manager'].filter((client) =>
        code.includes(userAgentOf(client)),
      );
      const budget = BUDGETS[name];
      expect(clients, name).toEqual(budget?.clients);
      expect(code, name).toMatch(/^"use strict";/);
      expect(code.length / 1024, name).toBeLessThan(budget?.kib ?? 0);
    }
  });

  test(
    'has bundles that load',
    async () => {
      for (const [name, file] of bundles) expect(await loadedAs(file), name).toBe('function');
    },
    BUNDLING_MS,
  );

  test('has bundles that copy an object in parts, over TLS', async () => {
    const oss = await startOssEmulator({ buckets: ['raw', 'archive'] });
    onTestFinished(() => oss.close());
    oss.model.putObject('raw', 'key', seededBytes(3 * MIB));
    const endpoint = await encrypted(oss.endpoint);
    const { accessKeyId, secretAccessKey } = demoOssAccount;
    const credentials = { secret: 'objectferry/oss' };
    const store = { provider: 'oss', region: oss.region, endpoint, addressing: 'path', credentials, buckets: ['*'] };
    await using deployment = await startDeployment({
      stores: () => ({ stores: { oss: store } }),
      secret: () => JSON.stringify({ accessKeyId, secretAccessKey }),
    });
    const call = async (name: string, event: object): Promise<unknown> =>
      JSON.parse(JSON.stringify(await handlerIn(bundles.get(name) ?? '')(event, LAMBDA_CONTEXT)));
    const request = { source: 'oss://raw/key', destination: 'oss://archive/copy', options: { partSizeMiB: 1 } };
    const step = parse(Step, await call('Initiate', { request, startedAt: new Date().toISOString() }), 'The step');
    if (step.strategy !== 'parts') return expect.fail(`the strategy is ${step.strategy}`);
    const report = await call('CopySpan', { copy: step.copy, span: step.spans[0] });
    expect(report).toMatchObject({ copied: 3, rest: null });
    const end = await call('Complete', { copy: step.copy, reports: [report], done: step.done });
    expect(end).toMatchObject({ strategy: 'finished', receipt: { strategy: 'parts', partCount: 3 } });
    expect(oss.model.getObject('archive', 'copy')?.content.size).toBe(3 * MIB);
    expect(deployment.asked).not.toEqual([]);
  });
});

/** Puts TLS before a server, which would rather speak HTTP/2, and lets this process trust it. */
async function encrypted(endpoint: string): Promise<string> {
  const { key, pem } = makeCertificate();
  const options = { key: key.export({ type: 'pkcs8', format: 'pem' }), cert: pem, ALPNProtocols: ['h2', 'http/1.1'] };
  const { port, hostname } = new URL(endpoint);
  const server = createServer(options, (outside) => {
    const inside = connect(Number(port), hostname);
    // A client that closes its connection is no failure of the other side.
    pipeline(outside, inside, outside, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // The certificate names nobody that can be found on loopback.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const address = server.address();
  return typeof address === 'string' || address === null ? '' : `https://${hostname}:${address.port}`;
}

const Handler = v.object({ handler: v.custom<LambdaHandler>((value) => typeof value === 'function') });

/** Loads a bundle into this process, as Lambda loads it into its own. */
function handlerIn(file: string): LambdaHandler {
  return v.parse(Handler, createRequire(import.meta.url)(file)).handler;
}

/** What every client of AWS says of itself. */
function userAgentOf(client: string): string {
  return `@aws-sdk/client-${client}`;
}

async function loadedAs(file: string): Promise<string> {
  const script = `const { handler } = require(${JSON.stringify(file)}); process.stdout.write(typeof handler);`;
  // Lambda always says where it is.
  const env = [...SETTINGS, 'AWS_REGION=eu-west-1'];
  const { stdout } = await run('env', [...env, process.execPath, '--eval', script]);
  return stdout;
}

const SETTINGS = ['OBJECTFERRY_MACHINE_ARN=arn:aws:states:eu-west-1:123456789012:stateMachine:CopyObject'];

test('a mistake in the settings stops the synthesis with one sentence', async () => {
  const folder = await folderWith({});
  await expect(synthesize(folder, { storeFile: 'x.yaml' })).rejects.toMatchObject({
    code: 1,
    stderr: 'The CDK context: storeFile is not a known field, remove or rename it.\n',
  });
});

const linter = await run('cfn-lint', ['--version']).then(
  () => true,
  () => false,
);

// It is a Python program that Debian does not have, so it is no dependency of this project.
test.runIf(linter).each([
  ['everything', EVERYTHING],
  ['everything else', EVERYTHING_ELSE],
])('cfn-lint, where it is installed, has nothing to say about %s', async (_what, config) => {
  const folder = await folderWith({});
  const { app, stack } = createTestApp(config);
  const file = join(folder, 'template.json');
  await writeFile(file, JSON.stringify(app.synth().getStackArtifact(stack.artifactId).template));
  // W3005: CDK writes dependencies that a reference implies as well.
  const { stdout } = await run('cfn-lint', ['--regions', 'eu-west-1', '--ignore-checks', 'W3005', '--', file]);
  expect(stdout).toBe('');
});
