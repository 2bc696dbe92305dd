import { inspect } from 'node:util';
import type { StoredVersion, Upload } from '../emulators/object-types.ts';
import type { Invocation } from './invocation.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A promise of the copy that was not kept. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(message);
    this.invariant = invariant;
  }
}

/** An object that a request of the copy has written. */
export interface Write {
  readonly version: StoredVersion;
  readonly replaced: StoredVersion | undefined;
  readonly by: Invocation;
  readonly at: number;
  readonly operation: string;
  /** When the writer had last looked at the destination. */
  readonly lookedAt: number;
}

/** An upload that a request of the copy has opened. */
export interface OurUpload {
  readonly upload: Upload;
  readonly by: Invocation;
  readonly openedAt: number;
}

/** Who did what: everything that the invariants are about, and the trace. */
export class Witness {
  readonly lines: string[] | undefined;
  /** Every content that has ever been the source. */
  readonly sources: StoredVersion[] = [];
  /** What somebody else has put at the destination, and when. */
  readonly strangers = new Map<StoredVersion, number>();
  readonly writes: Write[] = [];
  readonly ours = new Map<string, OurUpload>();
  /** Uploads of somebody else that nobody but them may touch, with how many parts they have. */
  readonly theirs = new Map<string, { readonly upload: Upload; parts: number; readonly openedAt: number }>();
  /** Uploads that requests of the copy have aborted. */
  readonly aborted = new Set<string>();
  /** Uploads of ours that a late part has brought back, and when. */
  readonly revived = new Map<string, number>();
  /** Everything that a log, a history or a person has been told. */
  readonly #said = new Set<string>();
  readonly #time: VirtualTime;
  readonly startedAt: number;
  violation: Violation | undefined;
  /** The provider has changed bytes by itself. */
  rotten = false;
  copyStartedAt = Number.POSITIVE_INFINITY;
  /** When it ended for good. */
  copyEndedAt = Number.POSITIVE_INFINITY;
  /** When somebody else last wrote or deleted the destination. */
  meddledAt = Number.NEGATIVE_INFINITY;
  /** When somebody else last replaced a part of ours by one of the same size. */
  foreignPartAt = Number.POSITIVE_INFINITY;
  /** When the provider last worked for an Abort. */
  abortWorkedAt = Number.NEGATIVE_INFINITY;
  /** When a span was last told which parts are there. */
  spanListedAt = Number.NEGATIVE_INFINITY;
  /** What is known not to be cured, and happened. */
  readonly known = new Set<string>();
  requests = 0;

  constructor(time: VirtualTime, traced: boolean) {
    this.#time = time;
    this.startedAt = time.now;
    this.lines = traced ? [] : undefined;
  }

  /** One line of the trace. */
  tell(who: string, what: () => string): void {
    this.lines?.push(
      `${((this.#time.now - this.startedAt) / 1000).toFixed(3).padStart(11)}  ${who.padEnd(13)} ${what()}`,
    );
  }

  /** Keeps what was said, as logs would have it. */
  hear(thing: unknown): void {
    if (typeof thing === 'string') this.#said.add(thing);
    else this.#said.add(inspect(thing, { depth: 6, breakLength: Number.POSITIVE_INFINITY }));
  }

  said(): Iterable<string> {
    return this.#said;
  }

  /** The first one counts. */
  accuse(invariant: string, message: string): void {
    if (this.violation !== undefined) return;
    this.violation = new Violation(invariant, message);
    this.tell('VIOLATION', () => `${invariant}: ${message}`);
  }
}
