import { seededRandom } from '../emulators/faults.ts';

/** Choices that a seed repeats. */
export interface SeededChoice {
  /** A whole number from 0 to below `limit`. */
  readonly below: (limit: number) => number;
  readonly pick: <Value>(values: readonly Value[]) => Value;
  readonly shuffled: <Value>(values: readonly Value[]) => Value[];
}

/** Choices made with the generator of the fault plans. */
export function seededChoice(seed: number): SeededChoice {
  const next = seededRandom(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new RangeError('There is nothing to pick from.');
      return value;
    },
    shuffled: (values) => {
      const placed = values.map((value) => ({ value, place: next() }));
      return placed.sort((one, other) => one.place - other.place).map(({ value }) => value);
    },
  };
}
