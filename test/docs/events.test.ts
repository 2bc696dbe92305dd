import { readFile } from 'node:fs/promises';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { expect, it } from 'vitest';
import { parse as parseYaml, stringify } from 'yaml';
import { temporaryFile } from '../e2e/cli-process.ts';
import { PUSH_TOKEN, startServing } from '../e2e/serve-process.ts';
import { blocksOf, printedPattern, readDocument } from './markdown.ts';
import { hasTools, runBlocks } from './shell.ts';

const document = await readDocument('docs/events.md');
const blocks = blocksOf(document);

const STORES = parseStores({
  stores: {
    hz: {
      provider: 'oss',
      region: 'cn-hangzhou',
      endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
      credentials: { secret: 'objectferry/hz' },
      buckets: ['raw', 'archive-*'],
    },
  },
});

it('docs/events.md shows rules that are rules', () => {
  const files = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => parseYaml(text));
  expect(files.length).toBe(1);
  for (const file of files) expect(parseRules(file, STORES).length).toBe(1);
});

it('docs/events.md lists every field of a rule, with its default', async () => {
  const example: unknown = parseYaml(await readFile('events.example.yaml', 'utf8'));
  const fields = Object.entries(Object(example).rules.films).flatMap(([name, value]) =>
    name === 'when' || name === 'copyTo' ? Object.keys(Object(value)).map((field) => `${name}.${field}`) : [name],
  );
  const listed = [...document.matchAll(/^\| (`[a-z][^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(listed.toSorted()).toEqual(fields.toSorted());
  const [rule] = parseRules(
    { rules: { least: { when: { store: 'hz', bucket: 'raw' }, copyTo: { store: 'hz', bucket: 'archive-1' } } } },
    STORES,
  );
  expect(rule).toMatchObject({ enabled: true, when: { versions: 'named', ofCopies: false, prefix: '', suffix: '' } });
  expect(rule?.from).toBeUndefined();
});

const tools = await hasTools();

it.runIf(tools)('docs/events.md: openssl signs as the page says', async () => {
  const rules = {
    films: {
      when: { store: 'oss', bucket: 'raw' },
      copyTo: { store: 'oss', bucket: 'archive' },
      from: { hmac: { secret: 'push/token' } },
    },
  };
  await using serving = await startServing({}, ['--events', await temporaryFile('e.yaml', stringify({ rules }))]);
  const sample = blocks.findIndex(({ text }) => text.includes('openssl'));
  const command = blocks[sample]?.text ?? '';
  const [right] = await runBlocks([command], `API=${serving.url} PUSH_HMAC=${PUSH_TOKEN}`);
  expect(right).toMatch(printedPattern(blocks[sample + 1]?.text ?? ''));
  const [wrong] = await runBlocks([command], `API=${serving.url} PUSH_HMAC=${PUSH_TOKEN}x`);
  expect(wrong).toBe('403');
});

it.each(['docs/api.md', 'docs/console.md', 'docs/deploy.md', 'docs/events.md'])(
  '%s links to what is there',
  async (page) => {
    const text = await readDocument(page);
    for (const [, target = '', anchor] of text.matchAll(/\]\(([^)#:]*)(?:#([^)]+))?\)/g)) {
      const linked = target === '' ? text : await readDocument(`docs/${target}`);
      const headings = [...linked.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      if (anchor !== undefined) expect(headings).toContain(anchor);
    }
  },
);
