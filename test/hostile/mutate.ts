/** Numbers at which parsers break: signs, limits of 32, 53 and 64 bits, floats, other notations. */
const NUMBERS = [
  ...['-1', '0', '00', '+1', '2147483648', '4294967296', '9007199254740993', '18446744073709551616', '9'.repeat(400)],
  ...['1e308', '1e999', '-0', '0x7f', '1_000', 'NaN', 'Infinity', '1.5', '.inf', '٣'],
];

/** Texts that mean something to a parser, a shell, a log, a prototype or a line of HTTP. */
const WORDS = [
  ...['\0', '\r\n', '\r\nx-injected: 1', '\u2028', '\ufeff', '\u202e', '\ud800', 'ﬀ', 'İ', '🎬', 'e\u0301', '\u0085'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'null', 'undefined', 'true', '[]', '{}', '""'],
  ...['%', '%0d%0a', '%00', '%2e%2e%2f', '%ff', '../', '..\\', '/', '//', '?', '#', '&', '=', '+', ';', ','],
  ...[
    '<',
    '>',
    '</',
    '/>',
    '&amp;',
    '&#0;',
    '&#x10ffff;',
    '&x;',
    ']]>',
    '<![CDATA[',
    '<!--',
    '-->',
    '<?',
    '<!DOCTYPE x>',
  ],
  ...[
    '"',
    "'",
    '\\',
    '\\u0000',
    '\\ud800',
    '*a',
    '&a ',
    '<<: ',
    '!!js/function ',
    '!x ',
    '- ',
    ': ',
    '|\n',
    '---\n',
    '\t',
  ],
];

/** Bytes that are no UTF-8: cut, too long, a surrogate, beyond Unicode. */
const NO_UTF8 = ['80', 'c3', 'c080', 'eda080', 'f4908080', 'fe', 'ff', 'e28280ff'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** Pairs that nest. */
const BRACKETS = [
  ['[', ']'],
  ['{"a":', '}'],
  ['<a>', '</a>'],
  ['(', ')'],
  ['&a [', ']'],
  ['"', '"'],
  ['- ', ''],
  ['{{', '}}'],
] as const;

/** What may come out at most, beside four times what went in: a run of mutations must not breed monsters by itself. */
const MAX_GROWTH = 64 * 1024;

type Random = () => number;
type Change = (bytes: Buffer, random: Random) => Buffer;

/** Changes a valid input into one that may not be: one to four changes, the same for the same numbers. */
export function mutated(input: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let changes = 1 + below(4, random); changes > 0; changes -= 1) bytes = one(CHANGES, random)(bytes, random);
  return bytes.subarray(0, 4 * input.byteLength + MAX_GROWTH);
}

/** One of a few values. */
export function one<Value>(values: readonly Value[], random: Random): Value {
  const value = values[below(values.length, random)];
  if (value === undefined) throw new RangeError('There is nothing to choose from.');
  return value;
}

/** A whole number from 0 to one less than that. */
function below(count: number, random: Random): number {
  return Math.floor(random() * count);
}

const flipBit: Change = (bytes, random) => {
  const at = below(bytes.length, random);
  const changed = Buffer.from(bytes);
  changed[at] = (bytes[at] ?? 0) ^ (1 << below(8, random));
  return changed;
};
const truncate: Change = (bytes, random) => bytes.subarray(0, below(bytes.length + 1, random));
const behead: Change = (bytes, random) => bytes.subarray(below(bytes.length + 1, random));
const remove: Change = (bytes, random) => {
  const [from, to] = piece(bytes, random);
  return spliced(bytes, from, to, Buffer.of());
};
const duplicate: Change = (bytes, random) => {
  const [from, to] = piece(bytes, random);
  return spliced(bytes, to, to, bytes.subarray(from, to));
};
/** A piece of the input in another place of it. */
const transplant: Change = (bytes, random) => {
  const [from, to] = piece(bytes, random);
  const at = below(bytes.length + 1, random);
  return spliced(bytes, at, at, bytes.subarray(from, to));
};
const insertWord: Change = (bytes, random) => inserted(bytes, Buffer.from(one(WORDS, random)), random);
const insertNoUtf8: Change = (bytes, random) => inserted(bytes, one(NO_UTF8, random), random);
const replaceByWord: Change = (bytes, random) => {
  const [from, to] = token(bytes, random);
  return spliced(bytes, from, to, Buffer.from(one(WORDS, random)));
};
/** A number where one is, or where none is. */
const extreme: Change = (bytes, random) => {
  const digits = [...bytes.toString('latin1').matchAll(/\d+/g)];
  const found = digits.length === 0 ? undefined : one(digits, random);
  const [from, to] = found === undefined ? piece(bytes, random) : [found.index, found.index + found[0].length];
  return spliced(bytes, from, to, Buffer.from(one(NUMBERS, random)));
};
const repeat: Change = (bytes, random) => {
  const [from, to] = piece(bytes, random);
  const part = bytes.subarray(from, Math.min(to, from + 64));
  const times = Math.min(2 ** below(15, random), Math.ceil(MAX_GROWTH / Math.max(1, part.length)));
  return spliced(bytes, to, to, Buffer.concat(Array.from({ length: times }, () => part)));
};
const nest: Change = (bytes, random) => {
  const [open, close] = one(BRACKETS, random);
  const [from, to] = token(bytes, random);
  const depth = 2 ** below(14, random);
  const inner = bytes.subarray(from, to);
  return spliced(
    bytes,
    from,
    to,
    Buffer.concat([Buffer.from(open.repeat(depth)), inner, Buffer.from(close.repeat(depth))]),
  );
};
const noise: Change = (bytes, random) =>
  inserted(bytes, Buffer.from(Array.from({ length: 1 + below(16, random) }, () => below(256, random))), random);

const CHANGES: readonly Change[] = [
  ...[flipBit, truncate, behead, remove, duplicate, transplant],
  ...[insertWord, insertNoUtf8, replaceByWord, extreme, repeat, nest, noise],
];

/** Where some piece begins and ends; short ones more often. */
function piece(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const from = below(bytes.length + 1, random);
  const length = below(2 ** below(12, random), random);
  return [from, Math.min(bytes.length, from + length)];
}

/** Where a run of letters and digits begins and ends: a name, a value, a keyword. */
function token(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const at = below(bytes.length, random);
  let [from, to] = [at, at];
  while (from > 0 && isWordByte(bytes[from - 1])) from -= 1;
  while (to < bytes.length && isWordByte(bytes[to])) to += 1;
  return [from, to];
}

function isWordByte(byte = 0): boolean {
  return /\w/.test(String.fromCharCode(byte));
}

function inserted(bytes: Buffer, piece: Uint8Array, random: Random): Buffer {
  const at = below(bytes.length + 1, random);
  return spliced(bytes, at, at, piece);
}

function spliced(bytes: Buffer, from: number, to: number, piece: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)]);
}
