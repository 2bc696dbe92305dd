import type { TemporaryAccount } from '../../emulators/account.ts';
import type { Emulator } from '../../emulators/catalogue.ts';

/** What an SDK is asked to copy. */
export interface PeerCopy {
  readonly emulator: Emulator;
  readonly from: string;
  readonly to: string;
  readonly key: string;
  readonly copy: string;
  /** Bytes. */
  readonly size: number;
  readonly partBytes: number;
  readonly keys: TemporaryAccount;
}

/** Copies in parts as the SDK's manual shows it, with the SDK's own defaults; rejects when the copy failed. */
export type Peer = (copy: PeerCopy) => Promise<unknown>;

/** First and last byte of each part. */
export function rangesOf({ size, partBytes }: Pick<PeerCopy, 'size' | 'partBytes'>): (readonly [number, number])[] {
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => [
    index * partBytes,
    Math.min(size, (index + 1) * partBytes) - 1,
  ]);
}
