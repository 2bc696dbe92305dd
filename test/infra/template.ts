import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import type { DeploymentConfig } from '#infra/config.ts';
import { createCopyApp } from '#infra/copy-app.ts';
import type { EventsFile } from '#infra/events-file.ts';
import { DEFAULT_SETTINGS } from '#infra/settings.ts';
import { NO_STORES, type StoresFile } from '#infra/stores-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'objectferry-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without bundles and without CDK's own check of the template, which both take seconds. */
export const WITHOUT_BUNDLES = {
  builtinCloudFormationValidation: false,
  context: { 'aws:cdk:bundling-stacks': [] },
};

/** The application without bundles, which no assertion needs and which take seconds; output goes to a new folder. */
export function createTestApp(config: Partial<DeploymentConfig> = {}): ReturnType<typeof createCopyApp> {
  const outdir = mkdtempSync(join(folder, 'app-'));
  return createCopyApp({ outdir, ...WITHOUT_BUNDLES }, config);
}

/** The template of that application. */
export function templateOf(config: Partial<DeploymentConfig> = {}): Template {
  return Template.fromStack(createTestApp(config).stack);
}

function storesWith(secretIds: readonly string[]): StoresFile {
  return { ...NO_STORES, secretIds };
}

/** Every way in that rules can open. */
export const EVENTS: EventsFile = {
  json: '{"rules":{}}',
  buckets: ['archive-*', 'raw'],
  topics: ['arn:aws:sns:eu-west-1:111122223333:created'],
  secretIds: ['objectferry/push'],
  pushes: true,
  pinnedCertificates: '-----BEGIN CERTIFICATE-----',
};

/** A deployment with everything in it. */
export const EVERYTHING: DeploymentConfig = {
  stores: storesWith(['aliyun', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:obs-AbCdEf']),
  events: EVENTS,
  settings: {
    ...DEFAULT_SETTINGS,
    alarms: { ...DEFAULT_SETTINGS.alarms, email: 'ops@example.com' },
    sweep: { unknownOlderThanHours: 240 },
    reserveConcurrency: true,
  },
};

/** The same under a KMS key, for callers with tokens. */
export const EVERYTHING_ELSE: DeploymentConfig = {
  ...EVERYTHING,
  settings: {
    ...EVERYTHING.settings,
    api: {
      auth: 'jwt',
      issuer: 'https://id.example.com',
      audience: ['copies'],
      throttle: { requestsPerSecond: 5, burst: 6 },
      eventsThrottle: { requestsPerSecond: 7, burst: 8 },
    },
    alarms: { ...DEFAULT_SETTINGS.alarms, topicArn: 'arn:aws:sns:eu-west-1:123456789012:pager' },
    queueKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/0f6c8b54-0000-4000-8000-000000000000',
  },
};
