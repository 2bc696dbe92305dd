import { copySpan } from '@objectferry/shared/copy/copy-span.ts';
import { Pace } from '@objectferry/shared/copy/pace.ts';
import { Credentials } from '@objectferry/shared/credentials.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { HttpAnswer, HttpRequest } from '@objectferry/shared/http/transport.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { openStores, parseStores } from '@objectferry/shared/stores.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '#test/emulators/faults.ts';
import { createOssEmulator, demoOssAccount } from '#test/emulators/oss/emulator.ts';

const MIB = 2 ** 20;
const LATENCY_MS = 100;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21) });
});
afterEach(() => {
  vi.useRealTimers();
});

const clock = {
  now: () => new Date(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

interface Load {
  readonly parts: number;
  readonly inFlight: number;
  /** What earlier spans have found out. */
  readonly taken?: Map<string, number>;
}

/** An emulator that answers after a while and refuses what it has no place for; nobody is told how many places. */
async function copyBehind(places: number, { parts, inFlight, taken }: Load) {
  const emulator = createOssEmulator({ buckets: ['raw', 'archive'], keepRequests: 0 });
  emulator.model.putVirtualObject('raw', 'key', parts * MIB);
  const source = emulator.model.getObject('raw', 'key');
  const { uploadId } = emulator.model.createUpload('archive', 'copy', { initiator: demoOssAccount.accessKeyId });
  let [busy, refused, most, id] = [0, 0, 0, 0];
  const answer = (request: HttpRequest): HttpAnswer => {
    id += 1;
    const { status, headers, body } = emulator.respond({
      id,
      method: request.method,
      target: request.target,
      headers: new Map([...Object.entries(request.headers), ['host', '127.0.0.1']]),
      body: Buffer.from(request.body ?? []),
    });
    return { status, headers, body: Buffer.from(typeof body === 'string' ? body : '') };
  };
  const transport = async (request: HttpRequest): Promise<HttpAnswer> => {
    if (!request.target.includes('partNumber=')) return answer(request);
    busy += 1;
    most = Math.max(most, busy);
    const isRefused = busy > places;
    // A refusal costs no time, so the place is free again when the work of others ends.
    await clock.sleep(isRefused ? 5 : LATENCY_MS);
    busy -= 1;
    if (!isRefused) return answer(request);
    refused += 1;
    const document = '<Error><Code>SlowDown</Code><Message>Too many.</Message></Error>';
    return { status: 503, headers: { 'content-type': 'application/xml' }, body: Buffer.from(document) };
  };
  const configs = parseStores({
    stores: {
      oss: {
        provider: 'oss',
        region: emulator.region,
        endpoint: 'http://127.0.0.1:1',
        addressing: 'path',
        credentials: { env: 'OSS' },
        buckets: ['*'],
      },
    },
  });
  const runtime: Runtime = {
    stores: openStores(configs, {
      transport,
      now: clock.now,
      credentials: () => async () => new Credentials(demoOssAccount),
    }),
    clock,
    random: seededRandom(1),
    newToken: () => 'token',
    customerKey: () => Promise.reject(new Error('There is none.')),
    observe: () => undefined,
    taken,
    remainingMs: () => 900_000,
  };
  const started = Date.now();
  let seconds = 0;
  const copying = copySpan(runtime, {
    copy: {
      source: { store: 'oss', bucket: 'raw', key: 'key' },
      destination: { store: 'oss', bucket: 'archive', key: 'copy' },
      size: parts * MIB,
      etag: source?.etag ?? '',
      lastModified: '2026-11-21T00:00:00.000Z',
      checksums: {},
      uploadId,
      partSize: MIB,
      partCount: parts,
      spanCount: 1,
      inFlight,
      startedAt: '2026-11-21T00:00:00.000Z',
      pinnedAt: '2026-11-21T00:00:00.000Z',
      options: { overwrite: 'always', onFailure: 'abort', requireChecksum: false, verify: 'checksum' },
    },
    span: { first: 1, count: parts },
  });
  const timed = copying.finally(() => {
    seconds = (Date.now() - started) / 1000;
  });
  const [report] = await Promise.all([timed, vi.advanceTimersByTimeAsync(60_000)]);
  return { report, refused, most, seconds };
}

describe('the requests of a span', () => {
  it.each([8, 20, 50])('settle near the %i that a store takes, with few refusals', async (places) => {
    const parts = 2500;
    const { report, refused, seconds } = await copyBehind(places, { parts, inFlight: 256 });
    expect(report).toMatchObject({ copied: parts, rest: null });
    expect(refused / parts).toBeLessThan(0.1);
    expect(report.throttles).toBe(refused);
    // About twice what a copy takes that knows the limit.
    expect(seconds).toBeLessThan((2.2 * parts * LATENCY_MS) / places / 1000);
  });

  it('all go out at once where the store takes them', async () => {
    const { report, refused, most } = await copyBehind(10_000, { parts: 600, inFlight: 256 });
    expect(report).toMatchObject({ copied: 600, rest: null });
    expect([refused, most]).toEqual([0, 256]);
  });

  it('begin, in a process that has copied before, with as many as the store has taken then', async () => {
    const taken = new Map<string, number>();
    const first = await copyBehind(30, { parts: 600, inFlight: 256, taken });
    const { oss: learned = 0 } = Object.fromEntries(taken);
    expect(learned).toBeGreaterThan(15);
    expect(learned).toBeLessThanOrEqual(31);
    const second = await copyBehind(30, { parts: 600, inFlight: 256, taken });
    expect(second.refused).toBeLessThan(0.7 * first.refused);
    await copyBehind(10_000, { parts: 1500, inFlight: 256, taken });
    expect(taken.get('oss')).toBe(256);
    const { most } = await copyBehind(10_000, { parts: 256, inFlight: 256, taken });
    expect(most).toBe(256);
    // A span that may have less learns nothing about more.
    await copyBehind(10_000, { parts: 50, inFlight: 7, taken });
    expect(taken.get('oss')).toBe(256);
  });

  it('are never more than the copy may have', async () => {
    const { most } = await copyBehind(10_000, { parts: 100, inFlight: 7 });
    expect(most).toBe(7);
  });
});

describe('the pace', () => {
  const throttled = (retryAfterMs?: number) => new CopyError('Throttled', 'Slow down.', { retryAfterMs });
  const { signal } = new AbortController();
  const fill = (pace: Pace, count: number): void => {
    for (let taken = 0; taken < count; taken += 1) expect(pace.enter(signal)).not.toBeInstanceOf(Promise);
  };

  it('counts refusals of requests that were out together once', () => {
    const pace = new Pace(64, clock);
    fill(pace, 64);
    const begun = Array.from({ length: 64 }, () => pace.begin());
    for (const one of begun) pace.failed(one, throttled());
    expect(pace.limit).toBe(32);
    pace.failed(pace.begin(), throttled());
    expect(pace.limit).toBeLessThan(32);
  });

  it('takes what a store did not refuse of requests that were out together for what it takes', () => {
    const pace = new Pace(100, clock);
    fill(pace, 100);
    const begun = Array.from({ length: 100 }, () => pace.begin());
    for (const one of begun.slice(0, 45)) pace.failed(one, throttled());
    expect(pace.limit).toBe(50);
    for (const one of begun.slice(45, 88)) pace.failed(one, throttled());
    expect(pace.limit).toBe(12);
    // Asked for more only after rounds of successes.
    for (let count = 0; count < 3 * 12; count += 1) pace.succeeded();
    expect(pace.limit).toBe(12);
  });

  it('takes no number from timeouts', () => {
    const pace = new Pace(100, clock);
    fill(pace, 100);
    const begun = Array.from({ length: 99 }, () => pace.begin());
    for (const one of begun) pace.failed(one, new CopyError('Timeout', 'Too late.'));
    expect(pace.limit).toBe(50);
  });

  it('never stops altogether', () => {
    const pace = new Pace(4, clock);
    for (let count = 0; count < 50; count += 1) pace.failed(pace.begin(), throttled());
    expect(pace.limit).toBe(1);
    expect(pace.enter(signal)).not.toBeInstanceOf(Promise);
  });

  it('has everybody wait as long as the store asks for', async () => {
    const pace = new Pace(4, clock);
    pace.failed(pace.begin(), throttled(5000));
    let entered = false;
    const turn = Promise.resolve(pace.enter(signal));
    const told = turn.then(() => {
      entered = true;
    });
    await vi.advanceTimersByTimeAsync(4900);
    expect(entered).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await told;
    expect(entered).toBe(true);
  });

  it('does not slow down for failures that say nothing about the load', () => {
    const pace = new Pace(64, clock);
    for (const name of ['MissingETag', 'ConnectionLost', 'SourceChanged'] as const) {
      pace.failed(pace.begin(), new CopyError(name, 'Something else.'));
    }
    expect(pace.limit).toBe(64);
  });

  it('lets go those who wait when the work is given up', async () => {
    const stop = new AbortController();
    const pace = new Pace(1, clock);
    expect(pace.enter(stop.signal)).not.toBeInstanceOf(Promise);
    const turn = pace.enter(stop.signal);
    stop.abort();
    pace.release();
    expect(await turn).toHaveProperty('leave');
  });
});
