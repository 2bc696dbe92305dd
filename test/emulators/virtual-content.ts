import { advance, combine, crc64 } from './crc64.ts';

/**
 * The length of the block that a virtual content repeats for ever. A prime: no power of two and no MiB is a multiple of it, so
 * two aligned ranges of the same content never hold the same bytes, and a part copied from the wrong place is noticed.
 */
const blockLength = 65_521;

const blocksInReserve = 17;

interface Block {
  /** The block several times over, so that a read of up to 1 MiB from any start is one slice. */
  readonly repeated: Buffer;
  /** The CRC-64 of the block's first n bytes, for n from 0 to its length. */
  readonly prefixes: BigUint64Array;
  /** The CRC-64 of 2^n blocks in a row. */
  readonly doubled: bigint[];
}

const blocks = new Map<number, Block>();

/** Fills a buffer from a seed (xorshift32), the same on every machine. */
function seededBytes(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ 0x6d2b79f5) | 0 || 1;
  for (let i = 0; i < length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function blockOf(seed: number): Block {
  const known = blocks.get(seed);
  if (known) {
    return known;
  }
  const bytes = seededBytes(seed, blockLength);
  const prefixes = new BigUint64Array(blockLength + 1);
  for (let i = 0; i < blockLength; i += 1) {
    prefixes[i + 1] = crc64(bytes.subarray(i, i + 1), prefixes[i] ?? 0n);
  }
  const block = {
    repeated: Buffer.concat(Array.from({ length: blocksInReserve }, () => bytes)),
    prefixes,
    doubled: [prefixes[blockLength] ?? 0n],
  };
  blocks.set(seed, block);
  return block;
}

function crcOfDoubled(block: Block, power: number): bigint {
  const known = block.doubled[power];
  if (known !== undefined) {
    return known;
  }
  const half = crcOfDoubled(block, power - 1);
  const whole = combine(half, half, blockLength * 2 ** (power - 1));
  block.doubled[power] = whole;
  return whole;
}

/** The CRC-64 of the first `length` bytes: whole blocks by doubling, then what is left of the last one from the table. */
function crcOfPrefix(block: Block, length: number): bigint {
  let count = Math.floor(length / blockLength);
  let crc = 0n;
  for (let power = 0; count > 0; power += 1) {
    if (count % 2 === 1) {
      crc = combine(crc, crcOfDoubled(block, power), blockLength * 2 ** power);
    }
    count = Math.floor(count / 2);
  }
  const rest = length % blockLength;
  return combine(crc, block.prefixes[rest] ?? 0n, rest);
}

/** The CRC-64 of any range of a virtual content, computed without making a byte of it. */
export function virtualCrc64(seed: number, offset: number, length: number): bigint {
  const block = blockOf(seed);
  return crcOfPrefix(block, offset + length) ^ advance(crcOfPrefix(block, offset), length);
}

/** The bytes of a virtual content from `offset` on, at most 1 MiB of them: a view that must not be written to. */
export function virtualBytes(seed: number, offset: number, length: number): Buffer {
  const { repeated } = blockOf(seed);
  const start = offset % blockLength;
  return repeated.subarray(start, start + Math.min(length, repeated.length - blockLength));
}
