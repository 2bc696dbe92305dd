import type { DeadLetter, DeadLetterQueue } from './dead-letter-queue.ts';

/** What became of a dead letter. */
export interface Redriven {
  readonly letter: DeadLetter;
  /** `sent` back, only `shown`, or `returned`: it was sent back a moment ago, and failed again. */
  readonly result: 'sent' | 'shown' | 'returned';
}

export interface RedriveOptions {
  /** Shows them and sends nothing. */
  readonly dryRun: boolean;
  /** At most so many. */
  readonly limit: number;
}

/**
 * Sends dead letters back to where they came from, each once. One is deleted only after it was sent, so that nothing is
 * lost: at worst, when this is killed in between, one is there twice, and the same event twice starts one copy.
 */
export async function* redrive(
  queue: DeadLetterQueue,
  { dryRun, limit }: RedriveOptions,
): AsyncGenerator<Redriven, void, undefined> {
  const round = new Round(queue, dryRun);
  let left = limit;
  try {
    while (left > 0) {
      const fresh = await round.receive();
      if (fresh.length === 0) return;
      for (const letter of fresh.slice(0, left)) yield { letter, result: await round.deal(letter) };
      left -= fresh.length;
    }
  } finally {
    await round.end();
  }
}

/** One way through the queue. */
class Round {
  readonly #queue: DeadLetterQueue;
  readonly #dryRun: boolean;
  /** Received and not deleted, by id. */
  readonly #held = new Map<string, DeadLetter>();
  /** Ids that letters got when they were sent back. */
  readonly #sentIds = new Set<string>();

  constructor(queue: DeadLetterQueue, dryRun: boolean) {
    this.#queue = queue;
    this.#dryRun = dryRun;
  }

  /** The next letters; none when all have been here. */
  async receive(): Promise<readonly DeadLetter[]> {
    const letters = await this.#queue.receive();
    const fresh = letters.filter(({ id }) => !this.#held.has(id));
    // The newest receipt is the one that counts.
    for (const letter of letters) this.#held.set(letter.id, letter);
    return fresh;
  }

  async deal(letter: DeadLetter): Promise<Redriven['result']> {
    if (this.#dryRun) return 'shown';
    // Otherwise it would go round for as long as its cause is there.
    if (this.#sentIds.has(letter.formerId)) return 'returned';
    this.#sentIds.add(await this.#queue.sendBack(letter));
    await this.#queue.remove(letter);
    this.#held.delete(letter.id);
    return 'sent';
  }

  /** Lets others see what is left. Without it they would in two minutes, so a failure here hides no other one. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#held.values()].map((letter) => this.#queue.release(letter)));
  }
}
