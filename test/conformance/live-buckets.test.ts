import { describe, expect, it } from 'vitest';
import { liveBuckets } from './live-buckets.ts';

describe('the buckets in which a real store is judged', () => {
  it('are the first two that the stores file calls by name', () => {
    expect(liveBuckets('hz', ['lake-*', 'raw', 'archive', 'more'], {})).toEqual({ buckets: ['raw', 'archive'] });
  });

  it('are those of the environment, with one for versions', () => {
    const env = { OBJECTFERRY_LIVE_NORTH_1_BUCKETS: 'a-in, b-out', OBJECTFERRY_LIVE_NORTH_1_VERSIONED: 'c-versions' };
    expect(liveBuckets('north-1', ['raw', 'archive'], env)).toEqual({
      buckets: ['a-in', 'b-out'],
      versioned: 'c-versions',
    });
  });

  it.each([[['lake-*']], [['raw']], [['raw', 'raw']], [[]]])('have to be two: %j', (patterns) => {
    expect(() => liveBuckets('hz', patterns, {})).toThrow(
      'name them as OBJECTFERRY_LIVE_HZ_BUCKETS=source,destination in the environment',
    );
  });
});
