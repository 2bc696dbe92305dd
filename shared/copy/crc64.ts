/**
 * CRC-64/XZ, the checksum that OSS lists of parts and objects: only what joins the checksums of parts to that of the
 * whole, nothing that reads bytes. Values are polynomials over GF(2) with the lowest power in the highest bit, in two
 * halves of 32 bits, because 10,000 parts take seconds with whole ones.
 *
 * @see https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-xz
 */
const POLYNOMIAL: Polynomial = { high: 0xc96c5795, low: 0xd7870f42 };
const ONE: Polynomial = { high: 1 << 31, low: 0 };
/** x^8: what one more byte behind them multiplies the bytes before it with. */
const BYTE: Polynomial = { high: 1 << 23, low: 0 };

interface Polynomial {
  readonly high: number;
  readonly low: number;
}

/** What so many bytes behind them multiply the bytes before them with. */
function powerOf(bytes: number): Polynomial {
  let power = ONE;
  let square = BYTE;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(power, square);
    square = multiply(square, square);
  }
  return power;
}

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  let { high, low } = b;
  let [productHigh, productLow] = [0, 0];
  for (let bit = 0; bit < 64; bit += 1) {
    const half = bit < 32 ? a.high : a.low;
    if (((half >>> (31 - (bit % 32))) & 1) === 1) {
      productHigh ^= high;
      productLow ^= low;
    }
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry === 1) {
      high ^= POLYNOMIAL.high;
      low ^= POLYNOMIAL.low;
    }
  }
  return { high: productHigh, low: productLow };
}

/** One piece of a whole, in its order. */
export interface Piece {
  readonly crc64: bigint;
  /** Bytes. */
  readonly size: number;
}

/** The checksum of pieces that stand one behind the other. All but the last are mostly of one size, which costs once. */
export function joinedCrc64(pieces: readonly Piece[]): bigint {
  const powers = new Map<number, Polynomial>();
  let whole: Polynomial = { high: 0, low: 0 };
  for (const { crc64, size } of pieces) {
    const power = powers.get(size) ?? powerOf(size);
    powers.set(size, power);
    const { high, low } = multiply(whole, power);
    whole = { high: high ^ Number((crc64 >> 32n) & 0xffffffffn), low: low ^ Number(crc64 & 0xffffffffn) };
  }
  return (BigInt(whole.high >>> 0) << 32n) | BigInt(whole.low >>> 0);
}
