import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, onTestFinished, test } from 'vitest';
import { createTestApp } from './template.ts';

const run = promisify(execFile);

test('cdk-nag has nothing to say', () => {
  const { app } = createTestApp({ json: '{}', secretIds: ['aliyun', 'objectferry/north'] });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('cdk-nag would say something', () => {
  const { app, stack } = createTestApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new Bucket(stack, 'Open');
  expect(() => app.synth()).toThrow(/AwsSolutions-S1/);
});

test('a fresh clone can be synthesized, and every bundle loads', async () => {
  const outdir = await mkdtemp(join(tmpdir(), 'objectferry-synth-'));
  onTestFinished(() => rm(outdir, { recursive: true }));
  await run('env', [`CDK_OUTDIR=${outdir}`, process.execPath, 'infra/main.ts']);
  const bundles = (await readdir(outdir)).filter((name) => name.startsWith('asset.'));
  expect(bundles).toHaveLength(5);
  for (const bundle of bundles) {
    const file = join(outdir, bundle, 'index.mjs');
    const code = await readFile(file, 'utf8');
    // A cold start loads it: an AWS client or a YAML parser that slipped in would show here.
    expect(code.length).toBeLessThan(1.2 * 1024 * 1024);
    expect(code).not.toContain('@aws-sdk');
    const script = `const { handler } = await import(${JSON.stringify(file)}); process.stdout.write(typeof handler);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stdout).toBe('function');
  }
});

test('a mistake in the settings stops the synthesis with one sentence', async () => {
  const context = `CDK_CONTEXT_JSON=${JSON.stringify({ storeFile: 'x.yaml' })}`;
  await expect(run('env', [context, process.execPath, 'infra/main.ts'])).rejects.toMatchObject({
    code: 1,
    stderr: 'The CDK context: storeFile is not a known field, remove or rename it.\n',
  });
});
