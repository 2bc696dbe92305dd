import { copyPart } from '@objectferry/shared/copy/copy-part.ts';
import { Pace } from '@objectferry/shared/copy/pace.ts';
import { spareNumbers } from '@objectferry/shared/copy/spare-numbers.ts';
import { copyTimeoutMs } from '@objectferry/shared/copy/timeouts.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { describe, expect, it } from 'vitest';
import { splitWorld } from '#test/split-world.ts';
import { pinned } from './split-copy.ts';

const MIB = 2 ** 20;
const PART = 128 * MIB;

/** Part 1 of two, copied before a store that answers as told; time passes only while requests wait. */
async function copyOne(answer: (partNumber: number) => 'lands' | 'times out' | 'lies', remainingMs = 900_000) {
  const { runtime: base } = splitWorld('oss');
  const { client } = base.stores.open({ store: 'oss', bucket: 'raw', key: 'key' }, 'source');
  const asked: [partNumber: number, offset: number | undefined, timeoutMs: number | undefined][] = [];
  let [left, inFlight, most] = [remainingMs, 0, 0];
  const store: ObjectStore = {
    ...client,
    uploadPartCopy: async ({ partNumber, range }, call) => {
      asked.push([partNumber, range?.offset, call?.timeoutMs]);
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      const said = answer(partNumber);
      if (said === 'lands') return { etag: `"${partNumber}"`, range };
      left -= call?.timeoutMs ?? 0;
      if (said === 'lies') return { etag: '"lie"' };
      throw new CopyError('Timeout', 'No answer.');
    },
  };
  const copy = pinned(2 * PART, PART, 3);
  const upload = { bucket: 'archive', key: 'copy', uploadId: 'upload' };
  const pace = new Pace(1, base.clock);
  const { signal } = new AbortController();
  const copying = copyPart(
    { ...base, remainingMs: () => left },
    { client: store, copy, upload, encryption: undefined, sourceKey: undefined },
    1,
    { pace, place: undefined, signal, halves: new Map() },
  );
  const result = await copying.catch((error: unknown) => error);
  return { result, asked, most, isFree: !(pace.enter(signal) instanceof Promise) };
}

describe('a part whose whole times out', () => {
  it('is asked for twice, then for each half once, one after another and each in half of the time for its bytes', async () => {
    const { result, asked, most, isFree } = await copyOne((number) => (number === 1 ? 'times out' : 'lands'));
    expect(result).toEqual([
      { partNumber: 2, etag: '"2"', size: PART / 2 },
      { partNumber: 3, etag: '"3"', size: PART / 2 },
    ]);
    const [whole, half] = [copyTimeoutMs(PART), copyTimeoutMs(PART / 2)];
    expect(asked).toEqual([
      [1, 0, whole],
      [1, 0, whole],
      [2, 0, half],
      [3, PART / 2, half],
    ]);
    expect([most, isFree]).toEqual([1, true]);
  });

  it('is left to the next invocation when the time does not reach for both halves', async () => {
    const time = 2 * copyTimeoutMs(PART) + copyTimeoutMs(PART / 2);
    const { result, asked, isFree } = await copyOne((number) => (number === 2 ? 'lands' : 'times out'), time);
    expect(result).toMatchObject({ name: 'Timeout' });
    expect(asked.map(([number]) => number)).toEqual([1, 1, 2, 3]);
    expect(isFree).toBe(true);
  });

  it('is not left where the provider put other bytes into it and never better ones: the next would adopt it', async () => {
    let tries = 0;
    const { result } = await copyOne(() => {
      tries += 1;
      return tries === 1 ? 'lies' : 'times out';
    }, 4 * copyTimeoutMs(PART));
    expect(result).toMatchObject({ name: 'ChecksumMismatch' });
  });
});

describe('spare numbers', () => {
  const { runtime } = splitWorld('oss');
  const { client } = runtime.stores.open({ store: 'oss', bucket: 'raw', key: 'key' }, 'source');
  const plain = { headers: {}, metadata: {}, tags: {}, overwrite: true };
  const spare = (
    plan: { readonly partSize?: number; readonly partCount?: number },
    { sourcePartSize, ...more }: Partial<ObjectStore['limits']> & { readonly sourcePartSize?: number } = {},
  ) =>
    spareNumbers(
      { ...client, limits: { ...client.limits, ...more } },
      { partSize: PART, partCount: 10, spanCount: 1, inFlight: 1, ...plan },
      { object: plain, sourcePartSize },
    );
  const given = { numbersPerPart: 3 };

  it('are given to large parts, as far as the numbers reach', () => {
    expect(spare({})).toEqual(given);
    expect(spare({ partSize: PART - 1 })).toEqual({});
    expect(spare({ partCount: 3333 })).toEqual(given);
    expect(spare({ partCount: 3334 })).toEqual({});
  });

  it('are not given where a half would be too small, or where the boundaries of the source are kept', () => {
    expect(spare({}, { minPartBytes: PART / 2 })).toEqual(given);
    expect(spare({}, { minPartBytes: PART / 2 + 1 })).toEqual({});
    expect(spare({}, { sourcePartSize: PART })).toEqual({});
    // A part size that was asked for, so that they are not kept after all.
    expect(spare({ partSize: 2 * PART }, { sourcePartSize: PART })).toEqual(given);
  });
});
