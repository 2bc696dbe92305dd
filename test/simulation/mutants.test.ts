import { describe, expect, it } from 'vitest';
import { copyDefinition } from '#infra/local/definition.ts';
import { huntMutants, MOST_SEEDS } from './hunt.ts';
import { MUTANTS } from './mutants.ts';
import { applyMutant, requireFresh } from './mutate.ts';

describe('a bug that is planted in the copy', () => {
  it('is noticed by the simulation', async () => {
    const missed: string[] = [];
    let hunted = 0;
    await huntMutants(copyDefinition(), { threads: 2, isHurried: true }, ({ mutant, seed }) => {
      hunted += 1;
      if (seed === undefined || seed > MOST_SEEDS) missed.push(mutant.name);
    });
    expect(missed).toEqual([]);
    expect(hunted).toBe(MUTANTS.length);
    expect(hunted).toBeGreaterThanOrEqual(12);
  });

  it('says so when the place is not there any more that it changes', () => {
    const edit = { file: 'shared/copy/retry.ts', find: 'no such text', replace: '' };
    expect(() => requireFresh({ name: 'stale', noticedBy: 1, edits: [edit] })).toThrow(
      'The mutant "stale" is stale: what it changes stands 0 times in shared/copy/retry.ts.',
    );
    expect(() => applyMutant('unknown')).toThrow('There is no mutant "unknown".');
  });
});
