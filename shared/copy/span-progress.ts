import type { Span, SpanReport } from '../contract.ts';
import { type DigestedPart, digestSum, hexDigest } from './digest.ts';
import type { Tally } from './tally.ts';

/** A part that is done. */
interface DonePart {
  readonly bytes: number;
  readonly digest: bigint;
  readonly adopted: boolean;
}

/**
 * What a span has done so far. From its first part up to the first gap it is only summed up, so that a span of 10,000
 * parts takes no more memory than one of a hundred.
 */
export class SpanProgress {
  readonly #span: Span;
  /** The first part that is not in the sums. */
  #next: number;
  readonly #sums = { copied: 0, adopted: 0, bytes: 0, digest: 0n };
  /** Parts behind the gap. */
  readonly #ahead = new Map<number, DonePart>();
  #copied = 0;
  #adopted = 0;

  constructor(span: Span) {
    this.#span = span;
    this.#next = span.first;
  }

  /** Parts that were copied by this invocation. */
  get copied(): number {
    return this.#copied;
  }

  get isWhole(): boolean {
    return this.#copied + this.#adopted === this.#span.count;
  }

  has(part: number): boolean {
    return part < this.#next || this.#ahead.has(part);
  }

  /** To be called once for each part. @returns its bytes. */
  finish(part: number, pieces: readonly DigestedPart[], { adopted }: { readonly adopted: boolean }): number {
    const bytes = pieces.reduce((sum, { size }) => sum + size, 0);
    if (adopted) this.#adopted += 1;
    else this.#copied += 1;
    this.#ahead.set(part, { bytes, digest: digestSum(pieces), adopted });
    this.#sumUp();
    return bytes;
  }

  /** What was copied behind a gap is not counted now: the next round finds and adopts it. */
  report(tally: Tally): SpanReport {
    const { copied, adopted, bytes, digest } = this.#sums;
    const end = this.#span.first + this.#span.count;
    const rest = this.#next === end ? null : { first: this.#next, count: end - this.#next };
    return { copied, adopted, bytes, ...tally, digest: hexDigest(digest), rest };
  }

  #sumUp(): void {
    for (let part = this.#ahead.get(this.#next); part !== undefined; part = this.#ahead.get(this.#next)) {
      this.#sums[part.adopted ? 'adopted' : 'copied'] += 1;
      this.#sums.bytes += part.bytes;
      this.#sums.digest ^= part.digest;
      this.#ahead.delete(this.#next);
      this.#next += 1;
    }
  }
}
