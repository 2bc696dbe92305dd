import { advance, type Crc64, combine, crc64, crc64Xz } from './crc64.ts';

/**
 * The length of the block that a virtual content repeats for ever. A prime: no power of two and no MiB is a multiple of it, so
 * two aligned ranges of the same content never hold the same bytes, and a part copied from the wrong place is noticed.
 */
const blockLength = 65_521;

const blocksInReserve = 17;

interface Checksums {
  /** The CRC-64 of the block's first n bytes, for n from 0 to its length. */
  readonly prefixes: BigUint64Array;
  /** The CRC-64 of 2^n blocks in a row. */
  readonly doubled: bigint[];
}

interface Block {
  /** The block several times over, so that a read of up to 1 MiB from any start is one slice. */
  readonly repeated: Buffer;
  readonly checksums: Map<Crc64, Checksums>;
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
  const repeated = Buffer.concat(Array.from({ length: blocksInReserve }, () => bytes));
  const block: Block = { repeated, checksums: new Map() };
  blocks.set(seed, block);
  return block;
}

function checksumsOf(block: Block, kind: Crc64): Checksums {
  const known = block.checksums.get(kind);
  if (known) {
    return known;
  }
  const prefixes = new BigUint64Array(blockLength + 1);
  for (let i = 0; i < blockLength; i += 1) {
    prefixes[i + 1] = crc64(block.repeated.subarray(i, i + 1), prefixes[i] ?? 0n, kind);
  }
  const checksums = { prefixes, doubled: [prefixes[blockLength] ?? 0n] };
  block.checksums.set(kind, checksums);
  return checksums;
}

function crcOfDoubled(checksums: Checksums, power: number, kind: Crc64): bigint {
  const known = checksums.doubled[power];
  if (known !== undefined) {
    return known;
  }
  const half = crcOfDoubled(checksums, power - 1, kind);
  const whole = combine(half, half, blockLength * 2 ** (power - 1), kind);
  checksums.doubled[power] = whole;
  return whole;
}

/** The CRC-64 of the first `length` bytes: whole blocks by doubling, then what is left of the last one from the table. */
function crcOfPrefix(block: Block, length: number, kind: Crc64): bigint {
  const checksums = checksumsOf(block, kind);
  let count = Math.floor(length / blockLength);
  let crc = 0n;
  for (let power = 0; count > 0; power += 1) {
    if (count % 2 === 1) {
      crc = combine(crc, crcOfDoubled(checksums, power, kind), blockLength * 2 ** power, kind);
    }
    count = Math.floor(count / 2);
  }
  const rest = length % blockLength;
  return combine(crc, checksums.prefixes[rest] ?? 0n, rest, kind);
}

/** The CRC-64 of any range of a virtual content, computed without making a byte of it. */
export function virtualCrc64(seed: number, offset: number, length: number, kind = crc64Xz): bigint {
  const block = blockOf(seed);
  return crcOfPrefix(block, offset + length, kind) ^ advance(crcOfPrefix(block, offset, kind), length, kind);
}

/** The bytes of a virtual content from `offset` on, at most 1 MiB of them: a view that must not be written to. */
export function virtualBytes(seed: number, offset: number, length: number): Buffer {
  const { repeated } = blockOf(seed);
  const start = offset % blockLength;
  return repeated.subarray(start, start + Math.min(length, repeated.length - blockLength));
}
