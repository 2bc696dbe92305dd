import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readConfig } from '#infra/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'objectferry-stores-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(mkdtempSync(join(folder, 'case-')), 'stores.yaml');
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
  expect(readConfig({}).stores).toEqual({ json: '{"stores":{}}', secretIds: [] });
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
