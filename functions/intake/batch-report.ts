import type { Outcome } from '@objectferry/shared/events/outcome.ts';
import { emitMetrics, type Measures } from '../metrics.ts';

type Facts = Record<string, unknown>;

/** Where lines of the log go. */
export interface IntakeLog {
  info(message: string, facts: Facts): void;
  warn(message: string, facts: Facts): void;
  error(message: string, facts: Facts): void;
}

const COUNTERS = {
  started: 'startedCopies',
  exists: 'duplicateEvents',
  skipped: 'skippedEvents',
  failed: 'failedEvents',
} as const satisfies Record<Outcome['outcome'], keyof Measures>;

/** What has no store: a message that nobody can read, or that no rule is about. */
const NO_STORE = 'unknown';

/** Tells what became of the events of one batch: a line for each, and metrics for all of them. */
export class BatchReport {
  readonly #log: IntakeLog;
  readonly #measures = new Map<string, Record<string, number>>();

  constructor(log: IntakeLog) {
    this.#log = log;
  }

  /** One event under one rule. */
  outcome(messageId: string, { outcome, error, ...facts }: Outcome): void {
    this.#add(facts.source, COUNTERS[outcome], 1);
    const line = { messageId, ...defined(facts) };
    if (outcome === 'failed' && error !== undefined) this.#log.error('event cannot be followed', { ...line, error });
    else this.#log.info(`event ${outcome}`, line);
  }

  /** A message that waits because too many copies run. */
  deferred(messageId: string, ageSeconds: number, delaySeconds: number): void {
    this.#add(undefined, 'deferredEvents', 1);
    const measures = this.#of(NO_STORE);
    measures['deferredAge'] = Math.max(measures['deferredAge'] ?? 0, ageSeconds);
    this.#log.info('event deferred', { messageId, ageSeconds, delaySeconds });
  }

  /** A message that will be received again. */
  postponed(messageId: string, receives: number, { name, message }: Error): void {
    this.#log.warn('event postponed', { messageId, receives, name, reason: message });
  }

  /** A message that was received for the last time. */
  givenUp(messageId: string, receives: number, error: Error): void {
    this.#add(undefined, 'failedEvents', 1);
    this.#log.error('event given up', { messageId, receives, error });
  }

  /** Writes the metrics. */
  emit(): void {
    for (const [store, measures] of this.#measures) emitMetrics({ store }, measures);
  }

  #add(source: string | undefined, name: keyof Measures, value: number): void {
    const measures = this.#of(source === undefined ? NO_STORE : source.slice(0, source.indexOf('://')));
    measures[name] = (measures[name] ?? 0) + value;
  }

  #of(store: string): Record<string, number> {
    const measures = this.#measures.get(store) ?? {};
    this.#measures.set(store, measures);
    return measures;
  }
}

function defined(facts: object): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
