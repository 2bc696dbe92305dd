import { createHash } from 'node:crypto';
import { type Crc64, combine, crc64, crc64Nvme, crc64Xz } from './crc64.ts';
import { virtualBytes, virtualCrc64 } from './virtual-content.ts';

/** A run of bytes that a content refers to: real ones, or a range of what a seed generates. */
type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly length: number }
  | { readonly kind: 'virtual'; readonly seed: number; readonly offset: number; readonly length: number };

const chunkLength = 1 << 20;
const crcKinds = [crc64Xz, crc64Nvme] as const;

/**
 * An immutable sequence of bytes, kept as references: slices and joins cost as much as the pieces they touch, never as much as
 * the bytes they hold. A class, because its checksums are computed at most once and remembered.
 */
export class Content {
  static readonly empty = new Content([]);

  readonly size: number;
  readonly #pieces: readonly Piece[];
  /** Where each piece begins, so that a slice finds its first piece by bisection. */
  readonly #starts: Float64Array;
  readonly #crcs = new Map<Crc64, bigint>();
  #md5: Buffer | undefined;

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    this.#starts = new Float64Array(pieces.length);
    let size = 0;
    for (const [index, piece] of pieces.entries()) {
      this.#starts[index] = size;
      size += piece.length;
    }
    this.size = size;
  }

  /** Content made of real bytes; the caller must not change them afterwards. */
  static ofBytes(bytes: Uint8Array): Content {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return new Content(view.length === 0 ? [] : [{ kind: 'bytes', bytes: view, length: view.length }]);
  }

  /** Content of any size that a seed generates; it takes no memory. */
  static virtual(seed: number, size: number): Content {
    return new Content(size === 0 ? [] : [{ kind: 'virtual', seed, offset: 0, length: size }]);
  }

  /** One content after the other. Their checksums are combined where they are already known, so nothing is read again. */
  static concat(contents: readonly Content[]): Content {
    const pieces: Piece[] = [];
    for (const content of contents) {
      for (const piece of content.#pieces) {
        pushMerged(pieces, piece);
      }
    }
    const joined = new Content(pieces);
    for (const kind of crcKinds) {
      const crc = combined(contents, kind, (content) => content.#crcs.get(kind));
      if (crc !== undefined) {
        joined.#crcs.set(kind, crc);
      }
    }
    return joined;
  }

  /** `length` bytes from `offset` on; both must lie within the content. */
  slice(offset: number, length: number): Content {
    if (offset < 0 || length < 0 || offset + length > this.size) {
      throw new RangeError(`no ${length} bytes at ${offset} in a content of ${this.size}`);
    }
    if (length === this.size) {
      return this;
    }
    return new Content([...this.#cut(offset, length)]);
  }

  /** The bytes of a range, in chunks of at most 1 MiB. */
  *chunks(offset = 0, length = this.size - offset): Generator<Buffer> {
    for (const piece of this.#cut(offset, length)) {
      for (let done = 0; done < piece.length; done += chunkLength) {
        const size = Math.min(chunkLength, piece.length - done);
        yield* piece.kind === 'bytes'
          ? [piece.bytes.subarray(done, done + size)]
          : virtualChunks(piece.seed, piece.offset + done, size);
      }
    }
  }

  /** All bytes in one buffer: for small contents and for tests. */
  toBuffer(): Buffer {
    return Buffer.concat([...this.chunks()]);
  }

  /** The CRC-64 of all bytes, CRC-64/XZ if not said otherwise; virtual bytes are not read for it. */
  crc64(kind = crc64Xz): bigint {
    const known = this.#crcs.get(kind);
    if (known !== undefined) {
      return known;
    }
    const crc = this.#pieces.reduce((sum, piece) => combine(sum, crcOfPiece(piece, kind), piece.length, kind), 0n);
    this.#crcs.set(kind, crc);
    return crc;
  }

  /**
   * The MD5 of real bytes. That of virtual ones has no closed form and reading terabytes for it is out of the question, so a
   * content with virtual pieces is represented by the MD5 of its description: equal for equal references, otherwise different.
   */
  md5(): Buffer {
    this.#md5 ??= this.#pieces.every((piece) => piece.kind === 'bytes') ? this.#md5OfBytes() : this.#md5OfDescription();
    return this.#md5;
  }

  #md5OfBytes(): Buffer {
    const hash = createHash('md5');
    for (const chunk of this.chunks()) {
      hash.update(chunk);
    }
    return hash.digest();
  }

  #md5OfDescription(): Buffer {
    const hash = createHash('md5');
    for (const piece of this.#pieces) {
      hash.update(piece.kind === 'bytes' ? piece.bytes : `\nvirtual ${piece.seed} ${piece.offset} ${piece.length}\n`);
    }
    return hash.digest();
  }

  *#cut(offset: number, length: number): Generator<Piece> {
    let from = offset;
    let rest = length;
    for (let index = this.#indexAt(offset); rest > 0; index += 1) {
      const piece = this.#pieces[index];
      if (!piece) {
        return;
      }
      const skipped = from - (this.#starts[index] ?? 0);
      const taken = Math.min(rest, piece.length - skipped);
      yield part(piece, skipped, taken);
      from += taken;
      rest -= taken;
    }
  }

  /** The index of the piece that holds byte `offset`. */
  #indexAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}

function part(piece: Piece, offset: number, length: number): Piece {
  return piece.kind === 'bytes'
    ? { kind: 'bytes', bytes: piece.bytes.subarray(offset, offset + length), length }
    : { kind: 'virtual', seed: piece.seed, offset: piece.offset + offset, length };
}

/** Joins neighbours that continue each other, so that an object copied in 10,000 parts is again one reference. */
function pushMerged(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  const continues =
    last?.kind === 'virtual' &&
    piece.kind === 'virtual' &&
    last.seed === piece.seed &&
    last.offset + last.length === piece.offset;
  if (continues) {
    pieces[pieces.length - 1] = { ...last, length: last.length + piece.length };
  } else {
    pieces.push(piece);
  }
}

function crcOfPiece(piece: Piece, kind: Crc64): bigint {
  return piece.kind === 'bytes'
    ? crc64(piece.bytes, 0n, kind)
    : virtualCrc64(piece.seed, piece.offset, piece.length, kind);
}

/** The CRC-64 of contents in a row, as long as that of each is known. */
function combined(
  contents: readonly Content[],
  kind: Crc64,
  known: (content: Content) => bigint | undefined,
): bigint | undefined {
  let sum = 0n;
  for (const content of contents) {
    const crc = known(content);
    if (crc === undefined) {
      return;
    }
    sum = combine(sum, crc, content.size, kind);
  }
  return sum;
}

function* virtualChunks(seed: number, offset: number, length: number): Generator<Buffer> {
  for (let done = 0; done < length; ) {
    const chunk = virtualBytes(seed, offset + done, length - done);
    yield chunk;
    done += chunk.length;
  }
}
