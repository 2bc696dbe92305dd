import { type PlanInput, plan, shapeOf } from '@objectferry/shared/copy/plan.ts';
import { DEFAULT_RATE } from '@objectferry/shared/copy/plan-time.ts';
import { AWS_PRICES } from '@objectferry/shared/prices/aws.ts';
import { type Estimate, type EstimateInput, estimate } from '@objectferry/shared/prices/estimate.ts';
import { countRun, MEMORY_MIB } from '@objectferry/shared/prices/machine.ts';
import { pricesOf, REQUEST_PRICES, requestDollars } from '@objectferry/shared/prices/tables.ts';
import { PROVIDERS } from '@objectferry/shared/provider/registry.ts';
import { S3_LIMITS } from '@objectferry/shared/provider/s3/limits.ts';
import { describe, expect, it } from 'vitest';
import { HANDLERS } from '#infra/copy-functions.ts';

const MIB = 1024 ** 2;
const PARTS = 10_000;
const FACTS: EstimateInput['facts'] = {
  pageItems: 1000,
  overwrite: 'always',
  looksAtBoundaries: false,
  looksAgain: false,
  readsTags: false,
  givesTags: false,
  readsAcl: false,
  readRanges: 0,
};

/** 10,000 parts of 100 MiB at S3: 0.95 TiB. */
function tenThousandParts(maxInFlight: number): Estimate {
  const input: PlanInput = { size: PARTS * 100 * MIB, limits: S3_LIMITS, maxInFlight };
  return estimate({
    size: input.size,
    strategy: 'parts',
    shape: shapeOf(input, 100 * MIB),
    rate: DEFAULT_RATE,
    prices: pricesOf('s3'),
    facts: FACTS,
    readSpanCount: 0,
  });
}

describe('the price tables', () => {
  it('have a line for every provider, with a date and a source, and say what nobody has confirmed', () => {
    for (const provider of Object.keys(PROVIDERS)) {
      const prices = REQUEST_PRICES[provider];
      expect(prices).toMatchObject({ provider, date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
      expect(prices?.source).toMatch(/^https:/);
      expect(prices?.confirmed === true || prices?.note !== undefined).toBe(true);
    }
  });

  it('give way to the prices of a store, in its currency', () => {
    const own = pricesOf('s3', { currency: 'CNY', writesPerMillion: 10, readsPerMillion: 2, date: '2026-10-01' });
    expect(own).toMatchObject({ provider: 's3', confirmed: true, date: '2026-10-01', source: 'the stores file' });
    expect(requestDollars(own, 'write')).toBeCloseTo(1.4e-6, 12);
    expect(requestDollars(own, 'read')).toBeCloseTo(0.28e-6, 12);
    expect(pricesOf('s3', { currency: 'USD', writesPerMillion: 0, readsPerMillion: 0 }).date).toBe('undated');
  });

  it('say of a provider that nobody knows that they are those of another', () => {
    expect(pricesOf('toString')).toMatchObject({ provider: 'unknown', confirmed: false, writesPerMillion: 5 });
  });
});

describe('the machine', () => {
  it('is counted with the memory that is deployed', () => {
    for (const [task, memoryMiB] of Object.entries(MEMORY_MIB)) {
      expect([task, memoryMiB]).toEqual([task, HANDLERS[task as keyof typeof MEMORY_MIB].memoryMiB]);
    }
  });

  it('makes 306 events and 48 transitions of 40 spans, 22 and 7 of one request, and so many more of every round', () => {
    const parts = { strategy: 'parts', spanCount: 40, rounds: 1, readSpanCount: 0, readRounds: 0 } as const;
    expect(countRun(parts)).toEqual({ historyEvents: 306, transitions: 48, invocations: 42 });
    expect(countRun({ ...parts, strategy: 'whole', spanCount: 1 })).toEqual({
      historyEvents: 22,
      transitions: 7,
      invocations: 2,
    });
    expect(countRun({ ...parts, rounds: 3 }).historyEvents).toBe(306 + 2 * 291);
    expect(countRun({ ...parts, readSpanCount: 40, readRounds: 2 }).historyEvents).toBe(306 + 2 * 291);
  });
});

describe('10,000 parts of 100 MiB', () => {
  it.each([1024, 5120])(
    'cost at most a tenth of what S3 takes for them in states and functions, %d in flight',
    (most) => {
      const { dollars, historyEvents } = tenThousandParts(most);
      expect(dollars.requests).toBeCloseTo(0.05, 3);
      expect((dollars.total - dollars.requests) / dollars.requests).toBeLessThanOrEqual(0.1);
      expect(historyEvents).toBeLessThanOrEqual(400);
    },
  );

  it('add up, line by line', () => {
    const { dollars, requests, transitions, invocations, seconds } = tenThousandParts(5120);
    const { requests: paid, transitions: states, invocations: calls, duration, total } = dollars;
    const sent = requests.reduce((sum, { kind, count }) => sum + count * requestDollars(pricesOf('s3'), kind), 0);
    expect(paid).toBeCloseTo(sent, 12);
    expect(states).toBeCloseTo(transitions * AWS_PRICES.perTransition, 12);
    expect(calls).toBeCloseTo(invocations * AWS_PRICES.perInvocation, 12);
    expect(total).toBeCloseTo(paid + states + calls + duration, 12);
    expect(seconds.best).toBeLessThanOrEqual(seconds.expected);
  });
});

it('an hour of parts comes in rounds, and reading back adds its own', () => {
  const input: PlanInput = { size: 2e12, limits: S3_LIMITS, maxInFlight: 8 };
  const shape = plan(input);
  const estimated = (readSpanCount: number, readRanges: number) =>
    estimate({
      size: input.size,
      strategy: 'parts',
      shape,
      rate: DEFAULT_RATE,
      prices: pricesOf('s3'),
      facts: { ...FACTS, readRanges },
      readSpanCount,
    });
  const plain = estimated(0, 0);
  expect(plain.historyEvents).toBeGreaterThan(100);
  const read = estimated(4, 500_000);
  expect(read.requests.find(({ operation }) => operation === 'GetObject')?.count).toBe(1_000_000);
  expect(read.seconds.expected).toBeGreaterThan(plain.seconds.expected + 13_000);
  expect(read.dollars.duration).toBeGreaterThan(2 * plain.dollars.duration);
  expect(read.historyEvents).toBeGreaterThan(plain.historyEvents);
});
