import { Refusal } from '../refusal.ts';

/** A range of an object's bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The range of a copied part: only `bytes=first-last` with both ends inside the object. Anything else is no range, and OSS then
 * copies the whole object without a word. Open ranges are not described for copies, so they count as broken.
 */
export function copyRange(value: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d+)-(\d+)$/.exec(value ?? '');
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  return match && first <= last && last < size ? { offset: first, length: last - first + 1 } : undefined;
}

/** The first and last byte that a GET names, which may lie anywhere; nothing where the header is not of that form. */
function parseRange(value: string, size: number): readonly [number, number] | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(value) ?? [];
  if (first !== '') {
    return [Number(first), last === '' ? size - 1 : Number(last)];
  }
  return last === '' ? undefined : [Math.max(0, size - Number(last)), size - 1];
}

/** The range of a GET. What is broken gives the whole object, or, in the standard behaviour, is clipped or refused. */
export function readRange(value: string | undefined, size: number, standard: boolean): ByteRange | undefined {
  const named = parseRange(value ?? '', size);
  if (!named) {
    return;
  }
  const [first, last] = named;
  if (standard && first >= size) {
    throw new Refusal(416, 'InvalidRange', 'The requested range cannot be satisfied.', {
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  const end = standard ? Math.min(last, size - 1) : last;
  return first <= end && end < size ? { offset: first, length: end - first + 1 } : undefined;
}

/** The header that says which range an answer is about. */
export function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}
