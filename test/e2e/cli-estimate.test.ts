import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoOssAccount, type OssEmulator, startOssEmulator } from '../emulators/oss/emulator.ts';
import { objectferry } from './cli-process.ts';
import { jsonStores, keysOf, storeAt } from './cli-stores.ts';

const GIB = 1024 ** 3;
const env = keysOf(demoOssAccount);
let oss: OssEmulator;
let stores: string;

beforeAll(async () => {
  oss = await startOssEmulator({ buckets: ['raw', 'archive'], accounts: [demoOssAccount], keepRequests: 1000 });
  oss.model.putVirtualObject('raw', 'film.mov', 20 * GIB);
  const prices = { currency: 'USD', writesPerMillion: 4, readsPerMillion: 1, date: '2026-11-01' };
  stores = await jsonStores(storeAt(oss.endpoint, { prices, rate: { mibPerSecond: 100 } }));
});
afterAll(() => oss.close());

const places = ['oss://raw/film.mov', 'oss://archive/film.mov'];

describe.concurrent('objectferry estimate', () => {
  it('looks at the source, writes nothing, and says what the copy takes', async () => {
    const { code, stdout, stderr } = await objectferry(['estimate', ...places, '--stores', stores], { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^In parts: one request copies 1073741824 bytes at most\.\n {2}from {6}oss:\/\/raw\/film\.mov\n/,
    );
    expect(stdout).toContain('  size      21474836480 bytes (20 GiB)\n');
    expect(stdout).toMatch(/ {2}how {7}\d+ parts of \d+ MiB in \d+ spans?, \d+ requests in flight each\n/);
    expect(stdout).toMatch(
      / {2}prices {4}oss in as configured, 2026-11-01: 4 and 1 USD for a million writes and reads \(the stores file\)\n/,
    );
    expect(stdout).toMatch(/ {2}history {3}\d+ of 25000 events\n/);
    const sent = new Set(oss.requests.recent.map(({ operation }) => operation));
    expect([...sent]).toEqual(['HeadObject']);
  });

  it('is one line of JSON for programs, and fails above the cap', async () => {
    const flags = ['--stores', stores, '--json', '--part-size-mib', '8', '--max-dollars', '0.005'];
    const { code, stdout, stderr } = await objectferry(['estimate', ...places, ...flags], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^objectferry: OverBudget: The copy would cost about \$0\.01\d* \(2560 parts of 8 MiB\)/m);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      source: places[0],
      destination: places[1],
      provider: 'oss',
      size: 20 * GIB,
      strategy: 'parts',
      why: 'a part size was asked for',
      partSize: 8 * 1024 ** 2,
      partCount: 2560,
      maxDollars: 0.005,
      fits: false,
      historyEventLimit: 25_000,
      prices: { provider: { confirmed: true, date: '2026-11-01' }, aws: { region: 'us-east-1' } },
    });
    expect(document.requests).toContainEqual({ operation: 'UploadPartCopy', kind: 'write', count: 2560 });
    expect(document.dollars.total).toBeGreaterThan(2560 * 4e-6);
  });

  it.each([
    [['--size', '40XB', '--provider', 's3'], '--size is "40XB": give bytes, or for example 40TB or 1.5GiB.'],
    [['oss://raw/a'], 'Give a source and a destination'],
  ])('refuses %j in a sentence', async (args, sentence) => {
    const { code, stderr } = await objectferry(['estimate', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });
});
