import { dollarText } from '@objectferry/shared/copy/budget.ts';
import { estimateCopy } from '@objectferry/shared/copy/estimate-copy.ts';
import { describe, expect, it } from 'vitest';
import { estimateLines } from '#infra/local/cli/estimate-text.ts';
import { documentOf } from '#infra/local/estimate/document.ts';
import { parseSize } from '#infra/local/estimate/size.ts';
import { imagineSource } from '#infra/local/estimate/what-if.ts';

async function lines(size: string, provider: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const copy = await imagineSource({ stores: 'none.yaml', size, provider, store: undefined, options });
  return estimateLines(documentOf(copy, estimateCopy(copy), false)).join('\n');
}

describe('an estimate for a person', () => {
  it('shows the neighbours: what would be faster and what cheaper', async () => {
    const text = await lines('1TiB', 's3');
    expect(text).toMatch(/ {2}faster {4}with \d+ MiB parts: \$\S+ instead of \$\S+, \S+ s shorter/);
    expect(text).toMatch(/ {2}cheaper {3}with \d+ MiB parts: \$\S+ instead of \$\S+, \S+ s longer/);
    expect(text).not.toContain('NOT CONFIRMED');
  });

  it('says when a price is not confirmed', async () => {
    for (const provider of ['oss', 'obs', 'qingstor']) expect(await lines('3GiB', provider)).toContain('NOT CONFIRMED');
  });

  it('chooses one request where parts save too little, or would lose the only proof', async () => {
    expect(await lines('100MiB', 's3')).toMatch(/^By one request: parts would save too little\./);
    expect(await lines('4GiB', 's3')).toMatch(/^In parts: that takes less than half the time\./);
    expect(await lines('4GiB', 'qingstor')).toMatch(/^By one request: an equal ETag is the only proof/);
    expect(await lines('0', 's3')).toMatch(/^By one request: there is nothing to cut\./);
  });

  it('counts reading back where nothing else proves the copy', async () => {
    expect(await lines('10GiB', 'qingstor', { verify: 'read' })).toContain('5120 GetObject');
    expect(await lines('10GiB', 's3', { verify: 'read' })).not.toContain('GetObject');
  });
});

it.each([
  [{ size: '1TB' }, 'Say with --provider or --store'],
  [{ size: '1TB', provider: 's3', store: 'hz' }, 'Say with --provider or --store'],
  [{ size: '1TB', provider: 'toString' }, '--provider is "toString": choose one of oss, obs, qingstor, s3.'],
  [{ size: '1TB', store: 'mars', stores: 'stores.example.yaml' }, '--store is "mars", which is not in the stores file'],
  [{ size: '90TB', provider: 's3' }, 'the largest copy has 53687091200000'],
])('%o is refused: %s', async (asked, sentence) => {
  const whatIf = { stores: 'none.yaml', provider: undefined, store: undefined, options: {}, ...asked };
  await expect((async () => imagineSource(whatIf))()).rejects.toThrow(sentence);
});

it('an imagined object at a store has its rate and its prices', async () => {
  const whatIf = { stores: 'stores.example.yaml', size: '1TB', provider: undefined, store: 'hz', options: {} };
  const copy = await imagineSource(whatIf);
  expect(documentOf(copy, estimateCopy(copy), false).prices.provider).toMatchObject({
    confirmed: true,
    currency: 'CNY',
  });
});

it.each([
  ['5000000', 5_000_000],
  ['40TB', 40e12],
  ['1.5GiB', 1.5 * 1024 ** 3],
  ['12 mb', 12e6],
  ['7B', 7],
])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

it.each(['', 'TB', '-1', '1e9', '9007199254740993'])('%j is no size', (text) =>
  expect(() => parseSize(text)).toThrow('give bytes, or for example'),
);

it.each([
  [0, '$0.00'],
  [12.345, '$12.35'],
  [0.0534, '$0.053'],
  [0.00000071, '$0.0000007'],
])('%d dollars are %s', (dollars, text) => expect(dollarText(dollars)).toBe(text));
