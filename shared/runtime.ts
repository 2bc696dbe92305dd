import type { CustomerKey } from './credentials.ts';
import type { CopyError } from './errors.ts';
import type { Gate } from './gate.ts';
import type { Stores } from './stores.ts';

/** What a process has for all its invocations: injected, so that tests own time, chance and network. */
export interface ProcessRuntime {
  readonly stores: Stores;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** A fresh text that nobody can guess or repeat; marks an object as written by this copy. */
  readonly newToken: () => string;
  /** Reads a customer key (SSE-C) from the secret store. @throws CopyError InvalidConfig */
  readonly customerKey: (secret: string) => Promise<CustomerKey>;
  /**
   * Places for pairs of ranges that are read back, however many spans this process works on: what bounds its memory.
   * Absent: every invocation has its own.
   */
  readonly reading?: Gate | undefined;
  /**
   * Requests in flight that a store has taken, by its name, as the spans of this process have found out: the next one
   * begins with as many. Absent: every invocation begins as if it were the first.
   */
  readonly taken?: Map<string, number> | undefined;
  /** Hears what happens while it happens; must neither throw nor wait. */
  readonly observe: (event: CopyEvent) => void;
}

/** Everything a use case needs from outside, during one invocation. */
export interface Runtime extends ProcessRuntime {
  /** Milliseconds until the invocation is ended from outside. */
  readonly remainingMs: () => number;
  /**
   * True where whoever runs the machine knows for certain that no invocation of this task has begun before in this
   * execution. On Lambda nobody knows, so that it is absent there.
   */
  readonly isFirst?: boolean | undefined;
}

export interface Clock {
  readonly now: () => Date;
  /** Resolves after so many milliseconds, rejects with the signal's reason when it is aborted before. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** What may be shown or logged about a running copy. */
export type CopyEvent =
  | {
      readonly type: 'planned';
      readonly strategy: 'whole' | 'parts';
      /** Bytes. */
      readonly size: number;
      readonly partSize: number;
      readonly partCount: number;
      readonly spanCount: number;
    }
  | {
      readonly type: 'part';
      readonly partNumber: number;
      readonly bytes: number;
      /** True when the part was there already. */
      readonly adopted: boolean;
    }
  | {
      /** Read on both sides, and equal. A range whose invocation was repeated is told again. */
      readonly type: 'read';
      readonly bytes: number;
    }
  | {
      readonly type: 'retry';
      readonly error: CopyError;
      readonly delayMs: number;
      /** True for a failure whose request may have been carried out, and was settled by asking. */
      readonly settled?: boolean;
    }
  | {
      /** Something that does not fail the copy, and that nobody should overlook. */
      readonly type: 'warning';
      readonly sentence: string;
    };
