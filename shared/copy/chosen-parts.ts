import type { PinnedCopy, Progress } from '../contract.ts';
import type { ListedPart } from '../provider/provider.ts';
import { digestOf } from './digest.ts';
import { type HeldPart, waysHeld, wireRange } from './wire-parts.ts';

/** Half of the digest's bits: fewer parts in doubt cannot be made to fit one that is not theirs. */
const MOST_IN_DOUBT = 64;

/**
 * The listed parts that the object is to be made of, in order: for each planned part the way that the spans reported, as
 * far as it can be told. A part that was whole when it was reported may have got its halves since, and the other way
 * round, because what was given up may still land; then the digest says which of the two it was.
 *
 * @returns all there is where nothing fits the digest: the checks say so.
 */
export function chosenParts(copy: PinnedCopy, listed: readonly ListedPart[], { digest }: Progress): ListedPart[] {
  const ways = waysHeld(copy, listed);
  const second = waysOtherThanFirst(copy, ways, digest);
  return ways.flatMap((way) => (way[second.has(way) ? 1 : 0] ?? way[0])?.pieces ?? []);
}

type Ways = readonly HeldPart[];

/** The parts that were reported in the way that is not the first choice. */
function waysOtherThanFirst(copy: PinnedCopy, ways: readonly Ways[], digest: string): ReadonlySet<Ways> {
  const inDoubt = ways.filter(({ length }) => length > 1);
  if (inDoubt.length === 0 || inDoubt.length > MOST_IN_DOUBT) return new Set();
  const wanted = ways.reduce((sum, [first]) => sum ^ hashOf(copy, first), BigInt(`0x${digest}`));
  const changes = inDoubt.map(([first, other]) => hashOf(copy, first) ^ hashOf(copy, other));
  const changed = subsetWithSum(changes, wanted);
  return new Set(inDoubt.filter((_, index) => changed.has(index)));
}

/** As a span that copied them has reported them: with the sizes that belong there. */
export function asPlanned(copy: PinnedCopy, pieces: readonly ListedPart[]): ListedPart[] {
  return pieces.map((piece) => ({ ...piece, size: wireRange(copy, piece.partNumber)?.length ?? piece.size }));
}

function hashOf(copy: PinnedCopy, way: HeldPart | undefined): bigint {
  return BigInt(`0x${digestOf(asPlanned(copy, way?.pieces ?? []))}`);
}

/** Which of the numbers have the sum as their XOR, by Gaussian elimination over bits; none when there are no such. */
function subsetWithSum(numbers: readonly bigint[], sum: bigint): ReadonlySet<number> {
  const basis: { readonly value: bigint; readonly members: bigint }[] = [];
  // Every value of the basis has a highest bit that no later one has, so XOR lowers exactly what has that bit.
  const reduced = (number: bigint, its: bigint): { readonly value: bigint; readonly members: bigint } => {
    let [value, members] = [number, its];
    for (const by of basis) {
      if ((value ^ by.value) < value) [value, members] = [value ^ by.value, members ^ by.members];
    }
    return { value, members };
  };
  for (const [index, number] of numbers.entries()) {
    const next = reduced(number, 1n << BigInt(index));
    if (next.value !== 0n) basis.push(next);
  }
  const { value, members } = reduced(sum, 0n);
  const isMember = (index: number): boolean => value === 0n && ((members >> BigInt(index)) & 1n) === 1n;
  return new Set([...numbers.keys()].filter(isMember));
}
