import { Refusal } from '../refusal.ts';
import { invalid } from './context.ts';

/** A range of an object's bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

function unsatisfiable(size: number): Refusal {
  return new Refusal(416, 'InvalidRange', 'The requested range cannot be satisfied.', {
    headers: { 'content-range': `bytes */${size}` },
  });
}

/**
 * The range of a copied part: `bytes=first-last` with both ends inside the object. What OBS does with a range beyond the end is
 * not documented; refusing it is what shows a planner's mistake.
 */
export function copyRange(value: string | undefined, size: number): ByteRange | undefined {
  if (value === undefined) {
    return;
  }
  const match = /^bytes=(\d+)-(\d+)$/.exec(value);
  if (!match) {
    throw invalid('InvalidArgument', 'The copy source range must be of the form bytes=first-last.');
  }
  const first = Number(match[1]);
  const last = Number(match[2]);
  if (first > last || last >= size) {
    throw unsatisfiable(size);
  }
  return { offset: first, length: last - first + 1 };
}

/** The range of a GET: clipped at the end, refused where it begins behind it, and none where it is of another form. */
export function readRange(value: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? [];
  if (first === '' && last === '') {
    return;
  }
  const begin = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < begin) {
    return;
  }
  if (begin > end) {
    throw unsatisfiable(size);
  }
  return { offset: begin, length: end - begin + 1 };
}

/** The header that says which range an answer is about. */
export function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}
