import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as v from 'valibot';
import { expect, onTestFinished, test } from 'vitest';
import { createTestApp, EVERYTHING, EVERYTHING_ELSE } from './template.ts';

const run = promisify(execFile);

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
 * What a cold start loads, in KiB, minified: a tenth above what it was when the number was written (tasks 691 to 729,
 * Api 1,088, Intake 1,094, the other services about 1,035). Transport and XML are most of a task; a client of AWS adds a third, so that
 * none may slip into one.
 */
const BUDGETS: Readonly<Record<string, { readonly kib: number; readonly clients: readonly string[] }>> = {
  Initiate: { kib: 800, clients: [] },
  CopyWhole: { kib: 800, clients: [] },
  CopySpan: { kib: 800, clients: [] },
  Complete: { kib: 800, clients: [] },
  VerifySpan: { kib: 800, clients: [] },
  Prove: { kib: 800, clients: [] },
  Abort: { kib: 800, clients: [] },
  Api: { kib: 1200, clients: ['sfn'] },
  Receive: { kib: 1140, clients: ['sqs'] },
  Intake: { kib: 1200, clients: ['sfn', 'sqs'] },
  CleanUp: { kib: 1140, clients: ['sfn'] },
  Sweep: { kib: 1140, clients: ['sfn'] },
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
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'objectferry-synth-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function synthesize(folder: string, context: Readonly<Record<string, unknown>>): Promise<void> {
  const variables = [`CDK_OUTDIR=${join(folder, 'out')}`, `CDK_CONTEXT_JSON=${JSON.stringify(context)}`];
  await run('env', [...variables, process.execPath, 'infra/main.ts']);
}

test(
  'a deployment can be synthesized as it is, every bundle loads, and none is larger than its budget',
  async () => {
    const folder = await folderWith({ 'stores.yaml': STORES, 'events.yaml': EVENTS });
    await synthesize(folder, { storesFile: join(folder, 'stores.yaml'), eventsFile: join(folder, 'events.yaml') });
    const out = join(folder, 'out');
    const { Resources } = v.parse(Template, JSON.parse(await readFile(join(out, 'Objectferry.template.json'), 'utf8')));
    const bundles = Object.entries(Resources).flatMap(([id, resource]) => {
      if (!v.is(FunctionResource, resource)) return [];
      const asset = resource.Properties.Code.S3Key.replace(/\.zip$/, '');
      return [[id.replace(/[0-9A-F]{8}$/, ''), join(out, `asset.${asset}`, 'index.mjs')] as const];
    });
    expect(bundles.map(([name]) => name).sort()).toEqual(Object.keys(BUDGETS).sort());
    const found = await Promise.all(
      bundles.map(async ([name, file]) => {
        const code = await readFile(file, 'utf8');
        const clients = ['sfn', 'sqs', 's3', 'ssm', 'secrets-manager'].filter((client) =>
          code.includes(userAgentOf(client)),
        );
        return { name, file, kib: code.length / 1024, clients };
      }),
    );
    for (const { name, kib, clients } of found) {
      const budget = BUDGETS[name];
      expect(clients, name).toEqual(budget?.clients);
      expect(kib, name).toBeLessThan(budget?.kib ?? 0);
    }
    for (const { file } of found) expect(await loadedAs(file)).toBe('function');
  },
  BUNDLING_MS,
);

/** What every client of AWS says of itself. */
function userAgentOf(client: string): string {
  return `@aws-sdk/client-${client}`;
}

async function loadedAs(file: string): Promise<string> {
  const script = `const { handler } = await import(${JSON.stringify(file)}); process.stdout.write(typeof handler);`;
  // Lambda always says where it is.
  const env = [...SETTINGS, 'AWS_REGION=eu-west-1'];
  const { stdout } = await run('env', [...env, process.execPath, '--input-type=module', '--eval', script]);
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
