import { Refusal } from '../refusal.ts';

/** A range of an object's bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The range of a `Range` or `x-qs-copy-range` header: `bytes=a-b`, `bytes=a-` or `bytes=-n`, clipped to the object. What has
 * another form or lies outside is 416: https://docs.qingcloud.com/qingstor/api/common/error_code.html
 */
export function readRange(value: string | undefined, size: number): ByteRange | undefined {
  if (value === undefined) {
    return;
  }
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(value.trim()) ?? [];
  const offset = first === '' ? size - Math.min(size, Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first + last === '' || offset > end) {
    throw new Refusal(416, 'invalid_range', 'The range is not of the form bytes=a-b or lies outside the object.', {
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  return { offset, length: end - offset + 1 };
}

/** The header that says which range an answer is about. */
export function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}
