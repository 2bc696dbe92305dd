import { afterEach, describe, expect, test } from 'vitest';
import { contest } from '../../bench/contest.ts';
import { answer as bareHttp } from '../../bench/roles/bare-http.ts';
import { type CountingStore, startCountingStore } from '../../bench/roles/counting-store.ts';
import { answer as machine } from '../../bench/roles/machine.ts';
import { answer as span } from '../../bench/roles/span.ts';

const PARTS = 30;
const MIB = 2 ** 20;

describe('the counting store', () => {
  let store: CountingStore | undefined;
  afterEach(() => store?.close());
  const start = async (verify: boolean, latencyMs = 1): Promise<CountingStore> => {
    store = await startCountingStore({ kind: 'serve', latencyMs, objectBytes: PARTS * 5 * MIB, verify });
    return store;
  };
  const task = (provider: 's3' | 'oss', more: object = {}) => ({
    port: store?.port,
    key: 'copy',
    parts: PARTS,
    partSizeMiB: 5,
    inFlight: 8,
    provider,
    ...more,
  });

  test.each(['s3', 'oss'] as const)('believes what is signed by the rules of %s, and counts it', async (provider) => {
    const { take } = await start(true);
    await span(task(provider));
    expect(take()).toMatchObject({ parts: PARTS, repeated: 0, requests: PARTS + 1, bytes: PARTS * 5 * MIB });
    expect(take()).toMatchObject({ parts: 0, requests: 0 });
  });

  test('refuses what nobody has signed, where it verifies', async () => {
    const { take } = await start(true);
    await expect(bareHttp(task('s3'))).rejects.toThrow('The store answered 403.');
    expect(take().parts).toBe(0);
  });

  test('takes anything where it does not, never more at a time than asked for', async () => {
    const { take } = await start(false, 50);
    await bareHttp(task('s3'));
    const { parts, peakInFlight } = take();
    expect({ parts, peakInFlight }).toEqual({ parts: PARTS, peakInFlight: 8 });
  });

  test('carries a whole copy through the machine, and a plan with other spans than asked for fails', async () => {
    await start(true);
    await expect(machine(task('s3', { spans: 40 }))).resolves.toMatchObject({ spans: 1 });
    await expect(machine(task('s3', { key: 'again', spans: 0 }))).rejects.toThrow('The plan has 1 spans, not 0');
  });
});

test('contenders run in turns, the first round is thrown away, and who may give up is told of', async () => {
  const order: string[] = [];
  const contender = (name: string) => ({
    name,
    run: async (round: number) => {
      order.push(`${name}${round}`);
      return { round };
    },
  });
  const weak = {
    name: 'weak',
    optional: true,
    run: async () => {
      throw new Error('no more sockets\nand a stack');
    },
  };
  const { subjects, absent } = await contest(2, [contender('a'), contender('b'), weak]);
  expect(order).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  expect(subjects.map(({ name, runs }) => [name, runs.map(({ round }) => round)])).toEqual([
    ['a', [1, 2]],
    ['b', [1, 2]],
  ]);
  expect(absent).toEqual(['weak gave up: no more sockets']);
  await expect(contest(0, [{ ...weak, optional: false }])).rejects.toThrow('no more sockets');
});
