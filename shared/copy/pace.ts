import { CopyError, type ErrorName } from '../errors.ts';
import type { Clock } from '../runtime.ts';

/** So many requests a store is trusted with before it has answered any: as many as a deployed span may have in flight. */
const FIRST_IN_FLIGHT = 128;
/** What is left of the requests in flight after a refusal: near enough to what the store took a moment ago. */
const AFTER_REFUSAL = 0.7;
/** What is left after a refusal when nothing tells yet how much the store takes. */
const AFTER_BLIND_REFUSAL = 0.5;
/** Where the store refused the last time it is asked again only after so many rounds of successes. */
const ROUNDS_BEFORE_ASKING_AGAIN = 8;
/** What a store says, or shows, when it is asked for too much. */
const TOO_MUCH: readonly ErrorName[] = ['Throttled', 'Timeout'];
/** A hint is followed by everybody up to here; the request that was refused follows it further by itself. */
const LONGEST_PAUSE_MS = 60_000;

/** When a request began, as its pace counts time: by the cuts it has made. */
export type Begun = number;

/** The right to have one request in flight. */
export interface Place {
  /** Gives it back; a second time does nothing. */
  readonly leave: () => void;
}

/**
 * How many requests may be in flight: as many as a store takes, up to a given number. It grows with every success until
 * the first refusal; from then on slowly, by one for each round of successes, and every refusal takes a third away
 * (additive increase, multiplicative decrease, as TCP finds its share of a line that it cannot see).
 *
 * @see https://www.rfc-editor.org/rfc/rfc5681#section-3.1
 */
export class Pace {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #first: number;
  #limit: number;
  #inFlight = 0;
  #growsFast = true;
  /** Whether the limit has grown since it was last cut: then the store took what is a little less. */
  #isNear = false;
  /** More requests in flight than these were too many the last time. */
  #tooMany = Number.POSITIVE_INFINITY;
  /** The requests in flight at the last cut, and what it left of them. */
  #cutFrom = 0;
  #cutTo = 0;
  /** Of the requests that were out at the last cut, those that the store has not refused. */
  #taken = 0;
  /** Successes since the limit last grew. */
  #successes = 0;
  #cuts: Begun = 0;
  #pausedUntil = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * @param most Requests in flight, however well it goes.
   * @param known So many the store has taken before.
   */
  constructor(most: number, clock: Clock, known = FIRST_IN_FLIGHT) {
    this.#most = most;
    this.#clock = clock;
    this.#first = Math.min(most, known);
    this.#limit = this.#first;
  }

  /** What the next one may begin with; undefined where nobody knows more than before. */
  get learned(): number | undefined {
    const hasRefused = this.#cuts > 0;
    return hasRefused || this.#limit > this.#first ? this.limit : undefined;
  }

  /** Requests that may be in flight now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Takes a place; no promise when there was one at once. A pause that the store asked for is waited out first. */
  enter(signal: AbortSignal): Promise<Place> | Place {
    if (this.#inFlight >= this.limit || this.#pauseMs() > 0) return this.#wait(signal);
    return this.#take();
  }

  #take(): Place {
    this.#inFlight += 1;
    let isHeld = true;
    return {
      leave: () => {
        if (isHeld) this.#inFlight -= 1;
        isHeld = false;
        this.#wake();
      },
    };
  }

  /** Lets everybody go who waits: there is nothing to wait for any more. */
  release(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** To be called as a request goes out; what it returns belongs to its end. */
  begin(): Begun {
    return this.#cuts;
  }

  succeeded(): void {
    if (this.#limit >= this.#most) return;
    this.#successes += 1;
    if (!this.#growsFast && this.#successes < this.#limit * this.#rounds()) return;
    this.#successes = 0;
    if (this.#limit >= this.#tooMany) this.#tooMany = Number.POSITIVE_INFINITY;
    this.#limit = Math.min(this.#most, this.#limit + 1);
    this.#isNear = !this.#growsFast;
    this.#wake();
  }

  /** A refusal counts once for all requests that were out together: each of them knew of no other. */
  failed(begun: Begun, error: unknown): void {
    if (!(error instanceof CopyError) || !TOO_MUCH.includes(error.name)) return;
    const hintMs = Math.min(error.facts.retryAfterMs ?? 0, LONGEST_PAUSE_MS);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#nowMs() + hintMs);
    if (begun < this.#cuts) {
      this.#refuseAnother(error);
      return;
    }
    this.#cuts += 1;
    this.#growsFast = false;
    this.#successes = 0;
    // Those in flight are what was too much, whatever the limit would have allowed.
    this.#cutFrom = Math.min(this.#limit, this.#inFlight);
    this.#tooMany = this.#cutFrom;
    this.#cutTo = Math.max(1, this.#cutFrom * (this.#isNear ? AFTER_REFUSAL : AFTER_BLIND_REFUSAL));
    this.#limit = this.#cutTo;
    this.#isNear = false;
    this.#taken = this.#inFlight - 1;
  }

  /**
   * What is left of requests that went out together, when the store has refused the others, is what it takes. A store
   * that refuses all of them has a bad moment, which tells no number; nor does a timeout.
   */
  #refuseAnother({ name }: CopyError): void {
    if (name !== 'Throttled') return;
    this.#taken -= 1;
    const tellsNumber = this.#taken > 0 && this.#taken < this.#cutTo;
    this.#limit = tellsNumber ? this.#taken : this.#cutTo;
    this.#tooMany = tellsNumber ? this.#taken : this.#cutFrom;
  }

  #rounds(): number {
    return this.#limit + 1 > this.#tooMany ? ROUNDS_BEFORE_ASKING_AGAIN : 1;
  }

  async #wait(signal: AbortSignal): Promise<Place> {
    let waitedUntil = 0;
    while (!signal.aborted) {
      const pauseMs = this.#pauseMs();
      // Each pause is waited out once, whatever the clock says afterwards.
      if (pauseMs > 0 && waitedUntil !== this.#pausedUntil) {
        waitedUntil = this.#pausedUntil;
        await this.#clock.sleep(pauseMs, signal).catch(() => undefined);
      } else if (this.#inFlight < this.limit) break;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.#take();
  }

  #wake(): void {
    let free = this.limit - this.#inFlight;
    for (; free > 0; free -= 1) this.#waiting.shift()?.();
  }

  #pauseMs(): number {
    return this.#pausedUntil === 0 ? 0 : this.#pausedUntil - this.#nowMs();
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
