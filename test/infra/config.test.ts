import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { readConfig } from '#infra/config.ts';
import { DEFAULT_SETTINGS } from '#infra/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'objectferry-stores-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string, name = 'stores.yaml'): string {
  const path = join(mkdtempSync(join(folder, 'case-')), name);
  writeFileSync(path, text);
  return path;
}

const OSS = 'provider: oss, region: cn-hangzhou, endpoint: "https://oss-cn-hangzhou.aliyuncs.com", buckets: [raw]';
const MANY = Array.from({ length: 500 }, (_, index) => `bucket-number-${index}-of-500`).join(', ');

test('the stores file becomes JSON, and its secrets are collected once each', () => {
  const storesFile = file(`
stores:
  hz: { ${OSS}, credentials: { secret: aliyun } }
  sh: { ${OSS}, credentials: { secret: aliyun } }
  north: { ${OSS}, credentials: { secret: objectferry/north } }
`);
  const { stores } = readConfig({ storesFile, 'aws:cdk:version-reporting': true, '@aws-cdk/core:x': 1 });
  expect(stores.secretIds).toEqual(['aliyun', 'objectferry/north']);
  expect(JSON.parse(stores.json)).toMatchObject({ stores: { north: { provider: 'oss' } } });
});

test('without a stores file there is an empty one', () => {
  expect(readConfig({}).stores).toEqual({ json: '{"stores":{}}', secretIds: [], configs: {} });
});

test.each([
  ['stores: [', /is not YAML or JSON: /],
  ['stores: { a: { provider: oss } }', /store a: region is missing\./],
  [`stores: { a: { ${OSS}, credentials: { secret: "*" } } }`, /stores\.a\.credentials/],
  [`stores: { a: { ${OSS}, credentials: { env: HZ } } }`, /stores\.a\.credentials reads environment variables/],
  [`stores: { a: { ${OSS.replace('raw', MANY)}, credentials: { secret: x } } }`, /above 8192 bytes/],
])('refuses %s', (text, sentence) => {
  expect(() => readConfig({ storesFile: file(text) })).toThrow(sentence);
});

test('refuses settings that are misspelt, empty or name no file', () => {
  expect(() => readConfig({ storefile: 'x' })).toThrow('storefile is not a known field');
  expect(() => readConfig({ storesFile: '' })).toThrow('storesFile is empty');
  expect(() => readConfig({ storesFile: '/nowhere/stores.yaml' })).toThrow('cannot be read');
});

describe('settings', () => {
  const settings = (text: string, context = {}) =>
    readConfig({ deploymentFile: file(text, 'objectferry.yaml'), ...context }).settings;

  test('are all optional', () => {
    expect(readConfig({}).settings).toEqual(DEFAULT_SETTINGS);
    expect(settings('# nothing yet')).toEqual(DEFAULT_SETTINGS);
    expect(DEFAULT_SETTINGS).toMatchObject({
      api: { auth: 'iam', throttle: { requestsPerSecond: 50, burst: 100 } },
      maxRunningCopies: 25,
      logRetentionDays: 90,
      reserveConcurrency: false,
    });
  });

  test('come from the file, and from the context, which wins and has numbers as text', () => {
    const text = 'maxRunningCopies: 10\nsweep: { unknownOlderThanHours: 48 }\nlogRetentionDays: 30';
    expect(settings(text, { maxRunningCopies: '7', reserveConcurrency: 'true' })).toMatchObject({
      maxRunningCopies: 7,
      logRetentionDays: 30,
      sweep: { unknownOlderThanHours: 48 },
      reserveConcurrency: true,
    });
    expect(settings(text, { api: 'false' }).api).toBe(false);
  });

  test.each([
    ['api: { auth: oauth }', 'api.auth must be iam or jwt.'],
    ['api: { auth: jwt }', 'api.issuer is missing.'],
    ['api: { auth: jwt, issuer: "http://x", audience: [a] }', 'api.issuer must be the https address of the issuer.'],
    ['api: { auth: jwt, issuer: "https://x", audience: [] }', 'api.audience is empty, name at least one audience.'],
    ['api: { throttle: { requestsPerSecond: 0, burst: 1 } }', 'must be a whole number from 1 to 10000.'],
    ['alarms: { mail: a@b.example }', 'alarms.mail is not a known field, remove or rename it.'],
    ['alarms: { email: nobody }', 'alarms.email is not a mail address.'],
    ['alarms: { topicArn: "arn:aws:sqs:eu-west-1:123456789012:x" }', 'is not the ARN of an SNS topic.'],
    ['sweep: { unknownOlderThanHours: -1 }', 'must be a whole number from 1 to 87600.'],
    ['sweep: { unknownOlderThanHours: soon }', 'sweep.unknownOlderThanHours must be a whole number.'],
    ['maxRunningCopies: 1.5', 'maxRunningCopies must be a whole number from 1 to 10000.'],
    ['logRetentionDays: 100', 'logRetentionDays must be one of the numbers that CloudWatch has: 1, 3, 5,'],
    ['queueKeyArn: alias/mine', 'queueKeyArn is not the ARN of a KMS key.'],
    ['reserveConcurrency: maybe', 'reserveConcurrency must be true or false.'],
    [
      'eventsFile: /nowhere/events.yaml',
      '/nowhere/events.yaml cannot be read: give the path of a file of rules, events.example.yaml shows one.',
    ],
    ['pinnedCertificatesFile: ""', 'pinnedCertificatesFile is empty, write the path of a file.'],
    ['[]', 'has no settings: write one a line, objectferry.example.yaml shows them.'],
    ['a text', 'has no settings'],
    ['{', 'is not YAML or JSON: '],
  ])('a mistake is one sentence that names the field: %s', (text, sentence) => {
    expect(() => settings(text)).toThrow(sentence);
  });

  test('the sentence says where the mistake is', () => {
    expect(() => settings('maxRunningCopies: x')).toThrow(/objectferry\.yaml: maxRunningCopies/);
    expect(() => settings('', { maxRunningCopies: 'x' })).toThrow('The CDK context: maxRunningCopies');
    expect(() => readConfig({ deploymentFile: '' })).toThrow('deploymentFile');
    expect(() => readConfig({ deploymentFile: '/nowhere/objectferry.yaml' })).toThrow(
      'cannot be read: give the path of a file of settings, objectferry.example.yaml shows one.',
    );
  });

  test('the example has every setting once, and its values are the defaults where it says so', () => {
    const text = readFileSync('objectferry.example.yaml', 'utf8');
    const example = parseYaml(text);
    expect(Object.keys(example).sort()).toEqual(
      [...Object.keys(DEFAULT_SETTINGS), 'storesFile', 'eventsFile', 'pinnedCertificatesFile', 'queueKeyArn'].sort(),
    );
    const { pinnedCertificatesFile: _pinned, storesFile: _stores, eventsFile: _events, ...rest } = example;
    const { settings: read } = readConfig({ deploymentFile: file(JSON.stringify(rest), 'objectferry.yaml') });
    expect(read).toMatchObject({ maxRunningCopies: 25, logRetentionDays: 90, reserveConcurrency: false });
    expect(read.api).toEqual(DEFAULT_SETTINGS.api);
  });
});

describe('a file of rules', () => {
  const S3 = 'provider: s3, region: eu-west-1, credentials: { secret: aws }, buckets: [raw, archive]';
  const stores = () =>
    file(`
stores:
  aws: { ${S3}, endpoint: "https://s3.eu-west-1.amazonaws.com" }
  ceph: { ${S3}, endpoint: "https://ceph.example.com" }
  hz: { ${OSS.replace('[raw]', '[raw, archive]')}, credentials: { secret: aliyun } }
`);
  const rule = (name: string, store: string, more = '') =>
    `  ${name}: { when: { store: ${store}, bucket: raw }, copyTo: { store: ${store}, bucket: archive }${more} }\n`;
  const events = (rules: string) =>
    readConfig({ storesFile: stores(), eventsFile: file(`rules:\n${rules}`, 'events.yaml') }).events;

  test('decides over buckets, topics and secrets; only those of rules that are on count', () => {
    const from =
      ', from: { topics: ["arn:aws:sns:eu-west-1:111122223333:t", "acs:mns:cn-hangzhou:1:t"], token: { secret: push } }';
    const rules =
      rule('one', 'aws', from) + rule('two', 'ceph') + rule('three', 'hz', ', from: { hmac: { secret: h } }');
    const off =
      '  off: { when: { store: aws, bucket: other }, copyTo: { store: aws, bucket: archive }, enabled: false, from: { token: { secret: x } } }\n';
    const wide = rules + off.replace('other', 'raw');
    expect(events(wide)).toMatchObject({
      buckets: ['raw'],
      topics: ['arn:aws:sns:eu-west-1:111122223333:t'],
      secretIds: ['h', 'push'],
      pushes: true,
    });
    expect(events(rule('two', 'ceph'))).toMatchObject({ buckets: [], topics: [], secretIds: [], pushes: false });
  });

  test.each([
    [rule('one', 'nowhere'), 'nowhere'],
    [
      rule('one', 'aws', ', from: { token: { secret: "objectferry/*" } }'),
      'secret is not the name or ARN of a secret.',
    ],
    [rule('one', 'aws', ', form: {}'), 'rules.one.form is not a known field'],
  ])('a mistake stops the synthesis with a sentence: %s', (rules, sentence) => {
    expect(() => events(rules)).toThrow(sentence);
  });

  test('pinned certificates have to be certificates', () => {
    const pinnedCertificatesFile = file('no certificate', 'smn.pem');
    const eventsFile = file(`rules:\n${rule('one', 'aws')}`, 'events.yaml');
    expect(() => readConfig({ storesFile: stores(), eventsFile, pinnedCertificatesFile })).toThrow(
      'The pinned certificates are not RSA certificates in PEM',
    );
  });
});
