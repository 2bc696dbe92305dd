import fc from 'fast-check';

const PIECES = [
  ...['/', '//', '.', '..', '%2F', '%', '+', ' ', '?', '#', '&', '=', '~', "!'()*"],
  ...['数据', '🎬', '\\', '"', '\t', '\n'],
];

/** Keys and parameters that break signatures elsewhere; all of them travel percent-encoded. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join('')),
);
