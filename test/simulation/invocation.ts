import type { VirtualTime } from './virtual-time.ts';

/** How an invocation comes to grief, and at which of its requests. */
export interface Death {
  readonly kind: DeathKind;
  readonly atRequest: number;
  /** Milliseconds: until the machine is told, and until a frozen one goes on. */
  readonly toldAfterMs: number;
  readonly thawsAfterMs: number;
}

export const DEATHS = [
  'crashes before a request',
  'crashes behind a request',
  'hangs behind a request',
  'freezes and thaws',
  'its answer is lost',
  'its answer never comes',
  'runs twice',
  'finds no place',
] as const;
type DeathKind = (typeof DEATHS)[number];

/**
 * One run of a handler. Everything that comes to it from outside, an answer or the end of a pause, comes through
 * `deliver`, so that one that is frozen does nothing, and one that is dead never will again.
 */
export class Invocation {
  readonly name: string;
  readonly task: string;
  readonly payload: unknown;
  readonly startedAt: number;
  readonly deadline: number;
  readonly death: Death | undefined;
  requests = 0;
  state: 'runs' | 'frozen' | 'dead' | 'done' = 'runs';
  /** Whoever invoked it does not know what it has done. */
  isUnheard = false;
  /** It has been frozen, or the machine does not wait for it any more: whatever it does now nobody expects. */
  astray = false;
  /** When the destination was last looked at on its behalf. */
  lookedAt = Number.NEGATIVE_INFINITY;
  /** How often it has asked for each part. */
  readonly triesOfParts = new Map<number, number>();
  readonly #waiting: (() => void)[] = [];
  readonly #over = Promise.withResolvers<void>();

  constructor(
    { name, task, payload }: { readonly name: string; readonly task: string; readonly payload: unknown },
    { startedAt, deadline, death }: { startedAt: number; deadline: number; death: Death | undefined },
  ) {
    this.name = name;
    this.task = task;
    this.payload = payload;
    this.startedAt = startedAt;
    this.deadline = deadline;
    this.death = death;
  }

  /** Resolves when it is done or dead. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  deliver(run: () => void): void {
    if (this.state === 'frozen') this.#waiting.push(run);
    else if (this.state !== 'dead') run();
  }

  freeze(): void {
    if (this.state === 'runs') this.state = 'frozen';
    this.astray = true;
    this.isUnheard = true;
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'runs';
    for (const run of this.#waiting.splice(0)) run();
  }

  die(): void {
    this.isUnheard = true;
    this.state = 'dead';
    this.#over.resolve();
  }

  /** It has answered, or failed by itself. */
  end(): void {
    if (this.state === 'runs') this.state = 'done';
    this.#over.resolve();
  }

  remainingMs(time: VirtualTime): number {
    return Math.max(0, this.deadline - time.now);
  }
}
