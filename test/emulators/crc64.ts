/**
 * CRC-64 with start value and final xor all ones, over either of two polynomials. CRC-64/XZ is the checksum that OSS prints as
 * `x-oss-hash-crc64ecma`, CRC-64/NVME the one that S3 prints as `x-amz-checksum-crc64nvme`.
 * https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-xz
 *
 * Everything rests on one operator: "advance the register over 2^k zero bytes", held as 8 tables of 256 values, one table for
 * each byte of the register. Over 8 bytes (k = 3) it hashes real bytes eight at a time; larger powers move a checksum past
 * any length in a few dozen look-ups, which is how the emulator knows the CRC of terabytes that it never made.
 */
const powerOfEightBytes = 3;
const lengthBits = 52;
const entries = 8 * 256;

/** Each table entry is 8 bytes, low half first; a DataView reads it as a number without a check for absence. */
type Operator = DataView;

/** The register between two steps; shared, because allocating one per step would cost more than the step. */
const register = { high: 0, low: 0 };

/** A CRC-64: its reflected polynomial, and the operators that have been built for it. */
export interface Crc64 {
  readonly polynomialHigh: number;
  readonly polynomialLow: number;
  readonly operators: Operator[];
}

/** Reflected polynomial C96C5795D7870F42. */
export const crc64Xz: Crc64 = { polynomialHigh: 0xc96c5795, polynomialLow: 0xd7870f42, operators: [] };

/** Reflected polynomial 9A6C9329AC4BC9B5. */
export const crc64Nvme: Crc64 = { polynomialHigh: 0x9a6c9329, polynomialLow: 0xac4bc9b5, operators: [] };

function oneZeroByte({ polynomialHigh, polynomialLow }: Crc64): void {
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = register.low & 1;
    register.low = ((register.low >>> 1) | (register.high << 31)) ^ (carry ? polynomialLow : 0);
    register.high = (register.high >>> 1) ^ (carry ? polynomialHigh : 0);
  }
}

/** Applies an operator to the register: one look-up for each of its eight bytes. */
function apply(operator: Operator): void {
  let { low, high } = register;
  let nextLow = 0;
  let nextHigh = 0;
  for (let offset = 0; offset < 8192; offset += 2048) {
    const at = offset + ((low & 255) << 3);
    nextLow ^= operator.getUint32(at, true);
    nextHigh ^= operator.getUint32(at + 4, true);
    low >>>= 8;
  }
  for (let offset = 8192; offset < 16384; offset += 2048) {
    const at = offset + ((high & 255) << 3);
    nextLow ^= operator.getUint32(at, true);
    nextHigh ^= operator.getUint32(at + 4, true);
    high >>>= 8;
  }
  register.low = nextLow;
  register.high = nextHigh;
}

/** Fills an operator by running `step` over every value of every byte of the register. */
function build(step: () => void): Operator {
  const operator = new DataView(new ArrayBuffer(entries * 8));
  for (let entry = 0; entry < entries; entry += 1) {
    const byte = entry >>> 8;
    const value = entry & 255;
    register.low = byte < 4 ? value << (8 * byte) : 0;
    register.high = byte < 4 ? 0 : value << (8 * (byte - 4));
    step();
    operator.setUint32(entry * 8, register.low >>> 0, true);
    operator.setUint32(entry * 8 + 4, register.high >>> 0, true);
  }
  return operator;
}

/** The operator over 2^power zero bytes: each one is the one before it, twice. */
function operatorOf(kind: Crc64, power: number): Operator {
  const known = kind.operators[power];
  if (known) {
    return known;
  }
  const half = power === 0 ? undefined : operatorOf(kind, power - 1);
  const twice = (operator: Operator) => {
    apply(operator);
    apply(operator);
  };
  const built = build(half ? () => twice(half) : () => oneZeroByte(kind));
  kind.operators[power] = built;
  return built;
}

function setRegister(value: bigint): void {
  register.high = Number(value >> 32n) | 0;
  register.low = Number(value & 0xffffffffn) | 0;
}

function readRegister(): bigint {
  return (BigInt(register.high >>> 0) << 32n) | BigInt(register.low >>> 0);
}

function invertRegister(): void {
  register.high = ~register.high;
  register.low = ~register.low;
}

/** The eight-bytes-at-a-time loop, unrolled by hand: it decides how fast an upload of real bytes can be checked. */
function hashWords(words: DataView, operator: Operator): void {
  let { low, high } = register;
  for (let i = 0; i < words.byteLength; i += 8) {
    const a = low ^ words.getUint32(i, true);
    const b = high ^ words.getUint32(i + 4, true);
    const i0 = (a & 255) << 3;
    const i1 = 2048 + (((a >>> 8) & 255) << 3);
    const i2 = 4096 + (((a >>> 16) & 255) << 3);
    const i3 = 6144 + ((a >>> 24) << 3);
    const i4 = 8192 + ((b & 255) << 3);
    const i5 = 10240 + (((b >>> 8) & 255) << 3);
    const i6 = 12288 + (((b >>> 16) & 255) << 3);
    const i7 = 14336 + ((b >>> 24) << 3);
    low =
      operator.getInt32(i0, true) ^
      operator.getInt32(i1, true) ^
      operator.getInt32(i2, true) ^
      operator.getInt32(i3, true) ^
      operator.getInt32(i4, true) ^
      operator.getInt32(i5, true) ^
      operator.getInt32(i6, true) ^
      operator.getInt32(i7, true);
    high =
      operator.getInt32(i0 + 4, true) ^
      operator.getInt32(i1 + 4, true) ^
      operator.getInt32(i2 + 4, true) ^
      operator.getInt32(i3 + 4, true) ^
      operator.getInt32(i4 + 4, true) ^
      operator.getInt32(i5 + 4, true) ^
      operator.getInt32(i6 + 4, true) ^
      operator.getInt32(i7 + 4, true);
  }
  register.low = low;
  register.high = high;
}

/** The CRC-64 of `bytes`, or of what came before (`previous`) followed by `bytes`. */
export function crc64(bytes: Uint8Array, previous = 0n, kind = crc64Xz): bigint {
  const byEight = operatorOf(kind, powerOfEightBytes);
  const byOne = operatorOf(kind, 0);
  const whole = bytes.length - (bytes.length % 8);
  setRegister(previous);
  invertRegister();
  hashWords(new DataView(bytes.buffer, bytes.byteOffset, whole), byEight);
  for (const byte of bytes.subarray(whole)) {
    register.low ^= byte;
    apply(byOne);
  }
  invertRegister();
  return readRegister();
}

/** Moves a checksum past `length` bytes: what `combine` does to A, and what takes A off again when A‖B is known. */
export function advance(crc: bigint, length: number, kind = crc64Xz): bigint {
  setRegister(crc);
  let rest = length;
  for (let power = 0; rest > 0 && power < lengthBits; power += 1) {
    if (rest % 2 === 1) {
      apply(kind.operators[power] ?? operatorAside(kind, power));
    }
    rest = Math.floor(rest / 2);
  }
  return readRegister();
}

/** Building an operator uses the register, so the value in it is kept aside. */
function operatorAside(kind: Crc64, power: number): Operator {
  const { high, low } = register;
  const operator = operatorOf(kind, power);
  register.high = high;
  register.low = low;
  return operator;
}

/** The CRC-64 of A followed by B, from their two checksums and B's length. */
export function combine(crcA: bigint, crcB: bigint, lengthB: number, kind = crc64Xz): bigint {
  return advance(crcA, lengthB, kind) ^ crcB;
}
