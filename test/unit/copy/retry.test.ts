import { delayFor, withRetry } from '@objectferry/shared/copy/retry.ts';
import {
  CopyError,
  ERROR_NAMES,
  type ErrorFacts,
  type ErrorName,
  RETRYABLE_ERRORS,
} from '@objectferry/shared/errors.ts';
import type { CopyEvent, Runtime } from '@objectferry/shared/runtime.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A runtime whose time passes only by sleeping. */
function virtualRuntime(
  random = () => 0.5,
  endMs = Number.POSITIVE_INFINITY,
): Runtime & { readonly slept: number[]; readonly events: CopyEvent[] } {
  const slept: number[] = [];
  const events: CopyEvent[] = [];
  return {
    slept,
    events,
    stores: { open: () => expect.fail('no store is needed') },
    clock: { now: () => new Date(slept.reduce((sum, ms) => sum + ms, 0)), sleep: async (ms) => void slept.push(ms) },
    remainingMs: () => endMs - slept.reduce((sum, ms) => sum + ms, 0),
    random,
    newToken: () => 'token',
    customerKey: () => expect.fail('no key is needed'),
    observe: (event) => events.push(event),
  };
}

const failing = (name: ErrorName, facts?: ErrorFacts) => {
  const calls = { count: 0 };
  const request = async (): Promise<never> => {
    calls.count += 1;
    throw new CopyError(name, 'It failed.', facts);
  };
  return { calls, request };
};

describe('the request-level retry', () => {
  it.each(ERROR_NAMES)('tries %s again exactly when the closed list says so', async (name) => {
    const runtime = virtualRuntime();
    const { calls, request } = failing(name);
    await expect(withRetry(runtime, request)).rejects.toMatchObject({ name });
    expect(calls.count).toBe(RETRYABLE_ERRORS.includes(name) ? 6 : 1);
    expect(runtime.events).toHaveLength(calls.count - 1);
  });

  it('never retries an error that is not ours', async () => {
    const runtime = virtualRuntime();
    await expect(withRetry(runtime, () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    expect(runtime.slept).toEqual([]);
  });

  it('doubles the bound under full jitter', async () => {
    const runtime = virtualRuntime(() => 1);
    await expect(withRetry(runtime, failing('Timeout').request)).rejects.toThrow();
    expect(runtime.slept).toEqual([200, 400, 800, 1600, 3200]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
        const delay = delayFor(attempt, undefined, () => chance);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(20_000);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('waits at least as long as the provider asks, and not for hours', async () => {
    const runtime = virtualRuntime(() => 0);
    await expect(withRetry(runtime, failing('Throttled', { retryAfterMs: 3000 }).request)).rejects.toThrow();
    expect(runtime.slept).toEqual([3000, 3000, 3000, 3000, 3000]);
    const { calls, request } = failing('Throttled', { retryAfterMs: 3_600_000 });
    await expect(withRetry(runtime, request)).rejects.toMatchObject({ name: 'Throttled' });
    expect(calls.count).toBe(1);
  });

  it.each([
    ['ProviderUnavailable', 12],
    ['Throttled', 12],
    ['MissingETag', 6],
  ] as const)('sits %s out with %d tries where much work would be lost', async (name, tries) => {
    const runtime = virtualRuntime(() => 1);
    const { calls, request } = failing(name);
    await expect(withRetry(runtime, request, { patient: true })).rejects.toMatchObject({ name });
    expect(calls.count).toBe(tries);
  });

  it('stops when another try would not fit into the invocation', async () => {
    const runtime = virtualRuntime(() => 1, 21_000);
    await expect(withRetry(runtime, failing('Timeout').request, { tryMs: 20_000 })).rejects.toMatchObject({
      name: 'Timeout',
    });
    expect(runtime.slept).toEqual([200, 400]);
  });
});
