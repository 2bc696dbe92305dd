import { readFileSync } from 'node:fs';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { parseTemplate, renderTemplate } from '@objectferry/shared/events/template.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { parseText } from '#infra/document.ts';
import { ExecutionRecord, executionOf, pinnedOf } from '#infra/local/executions/record.ts';
import { COPY } from './pinned-copy.ts';
import { inputsOf, isCopyError, isNamed, type Target } from './target.ts';

/** A file of 64 KiB, and none may be larger, takes the library of YAML up to 0.3 s when it is nothing but mistakes. */
const YAML_MS = 3_000;
const ROOT = new URL('../../../', import.meta.url);
const example = (name: string): Buffer => readFileSync(new URL(name, ROOT));

/** What people write into files, and what we write there ourselves. */
export function fileTargets(): readonly Target[] {
  const stores = example('stores.example.yaml');
  const events = example('events.example.yaml');
  const known = parseStores(parseText(stores.toString('utf8'), 'stores'));
  const asJson = (yaml: Buffer) => JSON.stringify(parseText(yaml.toString('utf8'), 'it'));
  return [
    {
      name: 'stores files',
      inputs: inputsOf({ yaml: stores, json: asJson(stores), anchors: ANCHORS, one: `{"stores":{"hz":${ONE}}}` }),
      parse: (bytes) => parseStores(parseText(bytes.toString('utf8'), 'the file')),
      refuses: isNamed('InvalidConfig'),
      // Defaults are filled in, and an anchor may stand for a list in up to a hundred places.
      growth: 100,
      mostMs: YAML_MS,
    },
    {
      name: 'stores parameters',
      inputs: inputsOf({ json: asJson(stores) }),
      parse: (bytes) => parseStores(JSON.parse(bytes.toString('utf8'))),
      refuses: (error) => error instanceof SyntaxError || isNamed('InvalidConfig')(error),
      growth: 20,
    },
    {
      name: 'files of rules',
      inputs: inputsOf({ yaml: events, json: asJson(events) }),
      parse: (bytes) => parseRules(parseText(bytes.toString('utf8'), 'the file'), known),
      refuses: isNamed('InvalidConfig'),
      growth: 100,
      mostMs: YAML_MS,
    },
    {
      name: 'key templates',
      inputs: inputsOf({ all: '{{a}}/{key}/{rest}{name}{stem}{extension}{bucket}{year}-{month}-{day}' }),
      parse: (bytes) => {
        const template = parseTemplate(bytes.toString('utf8'));
        return renderTemplate(template, { bucket: 'raw', key: 'a/b.c', prefix: 'a', lastModified: new Date(0) });
      },
      refuses: isCopyError,
    },
    {
      name: 'records of executions',
      inputs: inputsOf({ running: RECORD }),
      parse: (bytes) => {
        const record = v.safeParse(ExecutionRecord, JSON.parse(bytes.toString('utf8')));
        return record.success && [executionOf(record.output), pinnedOf(record.output)];
      },
      refuses: (error) => error instanceof SyntaxError,
      growth: 8,
    },
  ];
}

const ONE = JSON.stringify({
  provider: 's3',
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:9000',
  addressing: 'path',
  credentials: { env: 'MINIO' },
  buckets: ['raw', 'archive-*'],
});

const ANCHORS = `stores:
  hz: &hz
    provider: oss
    region: cn-hangzhou
    endpoint: https://oss-cn-hangzhou.aliyuncs.com
    credentials: &keys { env: OSS_HZ }
    buckets: &buckets ["raw", "archive-*"]
  again: *hz
  bj: { provider: oss, region: cn-beijing, endpoint: "https://oss-cn-beijing.aliyuncs.com", credentials: *keys, buckets: *buckets }
`;

const RECORD = {
  version: 1,
  id: 'api-0123456789abcdef0123456789abcdef',
  request: { source: 'hz://raw/a.mov', destination: 'hz://archive/a.mov' },
  state: 'running',
  startedAt: '2026-11-21T00:00:00.000Z',
  ranAt: '2026-11-21T00:00:01.000Z',
  at: { state: 'CopyParts', input: { copy: COPY, spans: [{ first: 1, count: 1 }] } },
};
