import { afterEach, describe, expect, it, vi } from 'vitest';
import { FAMILIES } from './catalogue.ts';
import { cellsOf, runCell } from './cell.ts';
import type { FaultSpec } from './fault.ts';
import { problemsOf } from './judge.ts';
import { main } from './main.ts';
import { PROVIDERS } from './provider.ts';
import { runTable } from './run.ts';
import { summaryText, tablesText } from './text.ts';

const SPECS = FAMILIES.flatMap(({ faults }) => faults);
const NOWHERE = 'http://127.0.0.1:9/';

function specOf(name: string): FaultSpec {
  return SPECS.find((spec) => spec.name === name) ?? expect.fail(`no fault is called ${name}`);
}

/** What the process would have printed. */
function listen() {
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  return said;
}

afterEach(() => vi.restoreAllMocks());

describe('the fault table', () => {
  it('has a row for every fault once, and says of every cell that cannot be why', () => {
    expect(new Set(SPECS.map(({ name }) => name)).size).toBe(SPECS.length);
    for (const spec of SPECS) {
      const cells = cellsOf(spec);
      expect(cells.length).toBe(spec.at.length * PROVIDERS.length);
      expect(cells.filter(({ unlike }) => unlike === undefined).length, spec.name).toBeGreaterThan(0);
    }
  });

  it.each([
    ['missing-etag', 'middle part'],
    ['lost-answer', 'Complete'],
    ['source-overwritten', 'middle part'],
    ['keys-rotated', 'CopyObject'],
    ['clock-ahead', 'middle part'],
    ['gigantic', 'Initiate'],
    ['redirect', 'first part'],
  ])('%s at %s is as expected on every provider', async (name, position) => {
    for (const cell of cellsOf(specOf(name))) {
      if (cell.position !== position || cell.unlike !== undefined) continue;
      const outcome = await runCell(cell, 1, NOWHERE);
      expect(problemsOf(cell, outcome), cell.provider).toEqual([]);
    }
  });

  it('shows the same twice', async () => {
    const run = async () => runTable(FAMILIES, { seed: 3, fault: 'wrong-range', provider: 'oss' });
    const [first, second] = [await run(), await run()];
    expect(tablesText(first)).toBe(tablesText(second));
    expect(summaryText(first)).toBe('**3 cells, 3 as expected, 0 orphans, 0 wrong objects reported as right.**');
  });

  it('fails for a cell that is not as expected, and says how to see it again', async () => {
    const planted: FaultSpec = { ...specOf('500'), at: ['Complete'], expect: { result: 'UploadGone' } };
    const families = [{ title: 'Planted', text: '', faults: [planted] }];
    const said = listen();
    expect(await main(['--provider', 's3', '--seed', '5'], families)).toBe(1);
    expect(said.err).toContain('expected UploadGone, got ok');
    expect(said.err).toContain('npm run faults -- --fault 500 --provider s3 --seed 5');
    expect(said.out).toContain('**not as expected:** ok');
  });

  it.each([
    [['--provider', 'gcs'], 'choose one of oss, obs, qingstor, s3'],
    [['--fault', 'nothing'], 'No fault is called nothing'],
    [['--seed', 'x'], '--seed must be a whole number'],
    [['--all'], 'the flags are --check'],
  ])('refuses %j', async (argv, sentence) => {
    const said = listen();
    expect(await main(argv)).toBe(2);
    expect(said.err).toContain(sentence);
  });
});

describe('the verdict on a cell', () => {
  const [cell] = cellsOf({ ...specOf('503-retry-after'), at: ['Complete'] });
  const good = {
    result: 'ok',
    message: '',
    retries: 1,
    machineRetries: 0,
    orphans: 0,
    bytes: 'right',
    requests: 14,
    waitMs: 7000,
    hits: 1,
  } as const;

  it.each([
    [{}, []],
    [{ orphans: 1 }, ['1 upload(s) were left behind']],
    [
      { bytes: 'wrong' as const },
      ['a wrong object was reported as right', 'the destination should be right, but is wrong'],
    ],
    [{ hits: 0 }, ['the fault never happened']],
    [{ waitMs: 100 }, ['it waited 100 ms, although it was asked to wait 7000']],
    [{ waitMs: 4_000_000 }, ['it would have waited 4000000 ms, more than 3600000']],
    [{ requests: 500 }, ['500 requests were sent, more than 400']],
  ])('%j', (change, problems) => {
    expect(cell && problemsOf(cell, { ...good, ...change })).toEqual(problems);
  });
});
