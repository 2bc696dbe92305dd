import { describe, expect, it } from 'vitest';
import type { FaultPlan } from '#test/emulators/fault-plan.ts';
import { parseFaultPlan } from '#test/emulators/fault-plan-parser.ts';
import { createFaults } from '#test/emulators/faults.ts';

const copy = { operation: 'UploadPartCopy', bucket: 'b', key: 'k' };
const reset = { kind: 'reset' } as const;

/** The part numbers, from 1 to `count`, that a plan hits. */
function hits(plan: FaultPlan, count: number): number[] {
  const faults = createFaults(plan);
  for (let partNumber = 1; partNumber <= count; partNumber += 1) {
    faults.next({ ...copy, partNumber }, partNumber);
  }
  return faults.log.map((hit) => hit.partNumber ?? 0);
}

describe('fault plans', () => {
  it('hit what their rules match, as often as they say', () => {
    const rule = { operation: 'UploadPartCopy', fault: reset };
    expect(hits({ seed: 1, rules: [{ ...rule, partNumbers: [2, 4] }] }, 5)).toEqual([2, 4]);
    expect(hits({ seed: 1, rules: [{ ...rule, partNumbers: { every: 3 } }] }, 9)).toEqual([3, 6, 9]);
    expect(hits({ seed: 1, rules: [{ ...rule, after: 2, times: 2 }] }, 9)).toEqual([3, 4]);
    expect(hits({ seed: 1, rules: [{ ...rule, operation: 'HeadObject' }] }, 3)).toEqual([]);
    expect(hits({ seed: 1, rules: [{ ...rule, operation: '*', bucket: 'b', key: 'k' }] }, 2)).toEqual([1, 2]);
    expect(
      hits(
        {
          seed: 1,
          rules: [
            { ...rule, bucket: 'other' },
            { ...rule, key: 'other' },
          ],
        },
        2,
      ),
    ).toEqual([]);
  });

  it('count per part', () => {
    const faults = createFaults({ seed: 1, rules: [{ operation: '*', timesPerPart: 2, fault: reset }] });
    const kinds = [1, 1, 1, 2].map((partNumber, id) => faults.next({ ...copy, partNumber }, id).fault?.kind);
    expect(kinds).toEqual(['reset', 'reset', undefined, 'reset']);
  });

  it('draw the same lots from the same seed, near the probability', () => {
    const plan = (seed: number) => ({ seed, rules: [{ operation: '*', probability: 0.25, fault: reset }] });
    const first = hits(plan(7), 1000);
    expect(hits(plan(7), 1000)).toEqual(first);
    expect(hits(plan(8), 1000)).not.toEqual(first);
    expect(first.length).toBeGreaterThan(200);
    expect(first.length).toBeLessThan(300);
  });

  it('throttle above a rate and let through what the rate allows', () => {
    let now = 0;
    const rate = { perSecond: 10, operations: ['UploadPartCopy'], status: 503, code: 'TotalQpsLimitExceeded' };
    const faults = createFaults({ seed: 1, rules: [], rate }, () => now);
    const through = () =>
      Array.from({ length: 20 }, (_, id) => faults.next(copy, id)).filter(({ fault }) => !fault).length;
    expect(through()).toBe(10);
    now += 500;
    expect(through()).toBe(5);
    expect(faults.next({ operation: 'HeadObject' }, 1).fault).toBeUndefined();
    expect(faults.log).toHaveLength(25);
  });

  it('are read from plain data', () => {
    const plan = {
      seed: 3,
      rules: [
        {
          operation: 'UploadPartCopy',
          bucket: 'b',
          key: 'k',
          partNumbers: { every: 2 },
          probability: 0.5,
          times: 1,
          timesPerPart: 1,
          after: 0,
          fault: { kind: 'status', status: 503, code: 'X', message: 'm', headers: { 'retry-after': '1' } },
        },
        { operation: '*', partNumbers: [1], fault: { kind: 'stall', ms: 5, where: 'before' } },
        { operation: '*', fault: { kind: 'error-in-200', code: 'X', done: true } },
        { operation: '*', fault: { kind: 'latency', ms: 5 } },
        { operation: '*', fault: { kind: 'wrong-size', bytes: 1 } },
        { operation: '*', fault: { kind: 'missing-etag' } },
        { operation: '*', fault: { kind: 'reset-after' } },
        { operation: '*', fault: { kind: 'repeated' } },
        { operation: '*', fault: { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' } },
        { operation: '*', fault: { kind: 'web-page' } },
        { operation: '*', fault: { kind: 'wrong-length', bytes: -20 } },
        { operation: '*', fault: { kind: 'wrong-range' } },
        { operation: '*', fault: { kind: 'gigantic-body', bytes: 2 ** 30 } },
        { operation: '*', fault: { kind: 'gigantic-header', bytes: 2 ** 17 } },
        { operation: '*', fault: { kind: 'nested-body', depth: 9 } },
        { operation: '*', fault: { kind: 'entities' } },
      ],
      rate: { perSecond: 5, operations: ['HeadObject'], status: 429, code: 'Y', headers: { a: 'b' } },
    };
    expect(parseFaultPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(parseFaultPlan({})).toEqual({ seed: 0, rules: [] });
  });

  it.each([
    [[], 'the plan must be an object'],
    [{ sed: 1 }, 'the plan has no field "sed"; it knows seed, rules, rate'],
    [{ seed: -1 }, 'seed must be a whole number, at least 0'],
    [{ rules: {} }, 'rules must be a list'],
    [{ rules: [{ fault: reset }] }, 'rules[0].operation must be a text'],
    [{ rules: [{ operation: '*' }] }, 'rules[0].fault must be an object with a "kind"'],
    [{ rules: [{ operation: '*', fault: { kind: 'x' } }] }, 'rules[0].fault.kind must be one of status, missing-etag'],
    [
      { rules: [{ operation: '*', fault: { kind: 'status', status: 9, code: 'X' } }] },
      'rules[0].fault.status must be an HTTP status',
    ],
    [{ rules: [{ operation: '*', fault: { kind: 'stall', ms: 1, where: 'x' } }] }, 'where must be "body" or "before"'],
    [
      { rules: [{ operation: '*', fault: { kind: 'redirect', status: 200, location: 'x' } }] },
      'rules[0].fault.status must be an HTTP status between 300 and 399',
    ],
    [{ rules: [{ operation: '*', fault: { kind: 'redirect', status: 307 } }] }, 'location must be a text'],
    [{ rules: [{ operation: '*', fault: { kind: 'wrong-length', bytes: 0 } }] }, 'a whole number other than 0'],
    [{ rules: [{ operation: '*', fault: { kind: 'gigantic-body' } }] }, 'rules[0].fault.bytes must be a whole number'],
    [{ rules: [{ operation: '*', fault: { kind: 'nested-body', depth: 0 } }] }, 'depth must be a whole number'],
    [
      { rules: [{ operation: '*', fault: { kind: 'entities', depth: 1 } }] },
      'rules[0].fault has no field "depth"; it knows kind',
    ],
    [
      { rules: [{ operation: '*', probability: 2, fault: reset }] },
      'rules[0].probability must be a number between 0 and 1',
    ],
    [
      { rules: [{ operation: '*', partNumbers: { every: 0 }, fault: reset }] },
      'every must be a whole number, at least 1',
    ],
    [{ rate: { perSecond: 0, status: 503, code: 'X' } }, 'rate.perSecond must be a number above 0'],
  ])('say what is wrong with %j', (value, sentence) => {
    expect(() => parseFaultPlan(value)).toThrow(sentence);
  });
});
