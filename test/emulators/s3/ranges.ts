import type { StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { invalidArgument, invalidRequest, type S3Quirks } from './context.ts';

/** A range of an object's bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

const copyRangeName = 'x-amz-copy-source-range';
const leastBytesOfRangedSource = 5 * 2 ** 20;

/** The range of a copied part: only `bytes=first-last` with both ends inside the object. Nothing where none is named. */
export function copyRange(value: string | undefined, size: number, quirks: S3Quirks): ByteRange | undefined {
  if (value === undefined) {
    return;
  }
  const match = /^bytes=(\d+)-(\d+)$/.exec(value);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (!match || first > last) {
    throw badCopyRange(
      `The ${copyRangeName} value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy`,
      value,
      quirks,
    );
  }
  if (quirks.smallSourceRanges === 'refused' && size <= leastBytesOfRangedSource) {
    throw invalidRequest('The specified copy source is not supported as a byte-range copy source');
  }
  if (last >= size) {
    throw badCopyRange(`Range specified is not valid for source object of size: ${size}`, value, quirks);
  }
  return { offset: first, length: last - first + 1 };
}

function badCopyRange(message: string, value: string, { rangeError }: S3Quirks): Refusal {
  return rangeError === 416
    ? new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable')
    : invalidArgument(message, copyRangeName, value);
}

/** The range of a read: clipped to the object, refused where it lies behind its end, none where it is of another form. */
export function readRange(value: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? [];
  if (first === '' && last === '') {
    return;
  }
  const begin = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Number(last);
  if (first !== '' && last !== '' && begin > end) {
    return;
  }
  if (begin >= size) {
    throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable', {
      headers: { 'content-range': `bytes */${size}` },
      fields: { RangeRequested: value ?? '', ActualObjectSize: String(size) },
    });
  }
  return { offset: begin, length: Math.min(end, size - 1) - begin + 1 };
}

/** The range of a part by its number: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (partNumber) */
export function partRange(text: string | undefined, { content, partSizes }: StoredVersion): ByteRange | undefined {
  if (text === undefined) {
    return;
  }
  const sizes = partSizes ?? [content.size];
  const partNumber = Number(text);
  const length = sizes[partNumber - 1];
  if (length === undefined) {
    throw new Refusal(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      fields: { PartNumberRequested: text, ActualPartCount: String(sizes.length) },
    });
  }
  const offset = sizes.slice(0, partNumber - 1).reduce((sum, size) => sum + size, 0);
  return { offset, length };
}

/** The header that says which range an answer is about. */
export function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}
