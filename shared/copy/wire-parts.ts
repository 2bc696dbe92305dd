import type { PinnedCopy, Span } from '../contract.ts';
import type { ListedPart } from '../provider/provider.ts';
import type { ByteRange } from '../range.ts';
import { partRange } from './plan.ts';

/**
 * Planned parts and the numbers that stand for them on the wire. Ordinarily part n is number n. A copy with spare
 * numbers has three of them for each part: number 3n-2 is the whole part, 3n-1 and 3n are its halves, so that a part
 * that is too large for its time can be copied by two requests, whatever becomes of the one that was given up.
 */

/** What one request copies. */
export interface Piece {
  /** On the wire. */
  readonly partNumber: number;
  readonly range: ByteRange;
}

type Numbering = Pick<PinnedCopy, 'size' | 'partSize' | 'numbersPerPart'>;

/** A planned part by one request. */
export function wholeOf(copy: Numbering, part: number): Piece {
  return { partNumber: (part - 1) * stepOf(copy) + 1, range: partRange(copy, part) };
}

/**
 * A planned part by two requests; empty where there are no spare numbers, and for a last part that is no longer than
 * half of the others.
 */
export function halvesOf(copy: Numbering, part: number): readonly Piece[] {
  const { partNumber, range } = wholeOf(copy, part);
  // Always at the same place, so that the first one is never below the provider's least size.
  const cut = Math.floor(copy.partSize / 2);
  if (stepOf(copy) === 1 || range.length <= cut) return [];
  return [
    { partNumber: partNumber + 1, range: { offset: range.offset, length: cut } },
    { partNumber: partNumber + 2, range: { offset: range.offset + cut, length: range.length - cut } },
  ];
}

/** The planned part that a number on the wire belongs to. */
export function plannedPart(copy: Numbering, partNumber: number): number {
  return Math.ceil(partNumber / stepOf(copy));
}

/** The bytes that belong under a number on the wire; undefined where the plan has none for it. */
export function wireRange(copy: Numbering, partNumber: number): ByteRange | undefined {
  const part = plannedPart(copy, partNumber);
  const range = piecesOf(copy, part).find((piece) => piece.partNumber === partNumber)?.range;
  return range !== undefined && range.length > 0 ? range : undefined;
}

/** The numbers on the wire of a run of planned parts: those after one, up to another. */
export function wireNumbers(
  copy: Numbering,
  { first, count }: Span,
): { readonly after: number; readonly last: number } {
  const step = stepOf(copy);
  return { after: (first - 1) * step, last: (first - 1 + count) * step };
}

/** True when the provider holds as many bytes under a number as belong there. */
export function hasPlannedSize(copy: Numbering, { partNumber, size }: ListedPart): boolean {
  return size === wireRange(copy, partNumber)?.length;
}

/** True when the pieces follow one another from the first byte to the last, whatever sizes the provider lists. */
export function tileObject(copy: Numbering, pieces: readonly Pick<Piece, 'partNumber'>[]): boolean {
  return firstMisplaced(copy, pieces) === undefined && pieces.length > 0 && endOf(copy, pieces.at(-1)) === copy.size;
}

/** The first piece that does not begin where the one before it ends. */
export function firstMisplaced<P extends Pick<Piece, 'partNumber'>>(
  copy: Numbering,
  pieces: readonly P[],
): P | undefined {
  return pieces.find(
    (piece, index) => wireRange(copy, piece.partNumber)?.offset !== (index === 0 ? 0 : endOf(copy, pieces[index - 1])),
  );
}

/** A planned part as the provider holds it: whole, or in two halves. */
export interface HeldPart {
  readonly part: number;
  readonly pieces: readonly ListedPart[];
}

/**
 * What listed parts make of the planned ones, the first choice in front: both halves where they are there, else the
 * whole, and what has its planned size before what has not. A part that can be made in no way is left out.
 *
 * @param listed Ascending by number.
 */
export function waysHeld(copy: Numbering, listed: readonly ListedPart[]): (readonly HeldPart[])[] {
  const byNumber = new Map(listed.map((part) => [part.partNumber, part]));
  const parts = new Set(listed.map(({ partNumber }) => plannedPart(copy, partNumber)));
  return [...parts].flatMap((part) => {
    const ways = [halvesOf(copy, part), [wholeOf(copy, part)]].flatMap((wanted): HeldPart[] => {
      const pieces = wanted.flatMap(({ partNumber }) => byNumber.get(partNumber) ?? []);
      return pieces.length > 0 && pieces.length === wanted.length ? [{ part, pieces }] : [];
    });
    const isRight = ({ pieces }: HeldPart): boolean => pieces.every((piece) => hasPlannedSize(copy, piece));
    const inOrder = [...ways.filter(isRight), ...ways.filter((way) => !isRight(way))];
    return inOrder.length > 0 ? [inOrder] : [];
  });
}

/** The first choice for every planned part that is there. */
export function heldParts(copy: Numbering, listed: readonly ListedPart[]): HeldPart[] {
  return waysHeld(copy, listed).flatMap(([choice]) => choice ?? []);
}

function piecesOf(copy: Numbering, part: number): readonly Piece[] {
  return [wholeOf(copy, part), ...halvesOf(copy, part)];
}

function endOf(copy: Numbering, piece: Pick<Piece, 'partNumber'> | undefined): number | undefined {
  const range = piece && wireRange(copy, piece.partNumber);
  return range && range.offset + range.length;
}

function stepOf({ numbersPerPart }: Numbering): number {
  return numbersPerPart ?? 1;
}
