/** Lets so many run at a time; others wait in the order in which they came. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs something when its turn has come. */
  async take<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#most) this.#running += 1;
    // The turn of the one that ended is handed on, so nobody can come in between.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
