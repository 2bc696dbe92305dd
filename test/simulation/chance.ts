import { seededRandom } from '../emulators/faults.ts';

/** Seeded decisions. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(Math.imul(seed, 0x9e3779b1));
    // Neighbouring seeds begin alike.
    this.#random();
  }

  /** A number in [0, 1). */
  next(): number {
    return this.#random();
  }

  /** True so often. */
  yes(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number between the two, both included. */
  from(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  /** A number of which small ones are as likely as large ones: spread evenly over the orders of magnitude. */
  magnitude(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.#random());
  }

  pick<const T extends readonly [unknown, ...unknown[]]>(choices: T): T[number] {
    return choices[this.from(0, choices.length - 1)];
  }

  /** Another line of decisions, so that one more on this one does not change those. */
  fork(): Chance {
    return new Chance(this.from(1, 2 ** 30));
  }
}
