import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { seededRandom } from '../emulators/faults.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Thrown when the simulation waits for something that nothing will ever bring about. */
export class Stuck extends Error {
  override readonly name = 'Stuck';
}

const RealDate = Date;
const endOfTurn = setImmediate;
const EPOCH_MS = RealDate.UTC(2026, 0, 5, 9);

/**
 * The time of a simulated world. Nothing waits: when every promise has come to rest, time leaps to the next timer. Once
 * installed it stands in for the timers, the clocks and the chance of its whole thread, also where a module has imported
 * them by name, so it belongs into a thread of its own.
 */
export class VirtualTime {
  #now = EPOCH_MS;
  #random = seededRandom(0);
  /** By time, then in the order they were set. */
  #timers: Timer[] = [];
  #immediates: (() => void)[] = [];

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#now;
  }

  /** Forgets everything that was to happen, and begins a new world with a new chance. */
  reset(seed: number): void {
    this.#now = EPOCH_MS;
    this.#random = seededRandom(seed);
    this.#timers = [];
    this.#immediates = [];
  }

  /** Calls back after so many milliseconds. */
  after(ms: number, run: () => void): Timer {
    // As Node does it: no timer is for less than a millisecond.
    const timer = { at: this.#now + (ms >= 1 ? ms : 1), run };
    let [low, high] = [0, this.#timers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.at ?? 0) <= timer.at) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return timer;
  }

  cancel(timer: unknown): void {
    const index = this.#timers.findLastIndex((other) => Object.is(other, timer));
    if (index >= 0) this.#timers.splice(index, 1);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /**
   * Lets time pass until the promise is settled.
   *
   * @throws Stuck when there is nothing left that could settle it, and what `check` throws after a step.
   */
  async runUntil<T>(promise: Promise<T>, check: () => void): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await new Promise<void>((resolve) => endOfTurn(resolve));
      check();
      if (settled) return promise;
      this.#step();
    }
  }

  #step(): void {
    if (this.#immediates.length > 0) {
      const due = this.#immediates;
      this.#immediates = [];
      for (const run of due) run();
      return;
    }
    const timer = this.#timers.shift();
    if (timer === undefined) throw new Stuck('The copy waits for something that never comes.');
    this.#now = timer.at;
    timer.run();
  }

  /** Takes over timers, clocks and chance of this thread. There is no way back. */
  install(): void {
    const globals = {
      setTimeout: (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
        this.after(Number(ms), () => run(...given)),
      clearTimeout: (timer: unknown) => this.cancel(timer),
      setImmediate: (run: (...given: unknown[]) => void, ...given: unknown[]) =>
        this.#immediates.push(() => run(...given)),
      Date: this.#date(),
    };
    for (const [name, value] of Object.entries(globals)) Reflect.set(globalThis, name, value);
    performance.now = () => this.#now - EPOCH_MS;
    Math.random = () => this.#random();
    Reflect.set(timersPromises, 'setTimeout', (ms: number, value: unknown, options?: { signal?: AbortSignal }) =>
      this.#delay(ms, value, options?.signal),
    );
    Reflect.set(
      timersPromises,
      'setImmediate',
      (value: unknown) => new Promise<unknown>((resolve) => this.#immediates.push(() => resolve(value))),
    );
    Reflect.set(crypto, 'randomBytes', (size: number) =>
      Buffer.from(Array.from({ length: size }, () => Math.floor(this.#random() * 256))),
    );
    Reflect.set(crypto, 'randomUUID', () => crypto.randomBytes(16).toString('hex'));
    syncBuiltinESMExports();
  }

  #delay(ms: number, value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const timer = this.after(ms, () => resolve(value));
      signal?.addEventListener('abort', () => {
        this.cancel(timer);
        reject(signal.reason);
      });
    });
  }

  /** Dates made by it are ordinary ones, so that `instanceof` holds on both sides. */
  #date(): DateConstructor {
    const now = (): number => this.#now;
    return new Proxy(RealDate, {
      construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
      apply: () => new RealDate(now()).toString(),
      get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    });
  }
}
