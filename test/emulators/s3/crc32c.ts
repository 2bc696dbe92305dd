const reflectedPolynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit += 1) {
    crc = crc & 1 ? (crc >>> 1) ^ reflectedPolynomial : crc >>> 1;
  }
  return crc;
});

/** The CRC-32C (Castagnoli) of `bytes`, or of what came before (`previous`) followed by `bytes`. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  for (const byte of bytes) {
    crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  }
  return ~crc >>> 0;
}
