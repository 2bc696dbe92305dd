import { takeIn } from '@objectferry/shared/events/intake.ts';
import type { Outcome } from '@objectferry/shared/events/outcome.ts';
import type { Rule } from '@objectferry/shared/events/rule.ts';
import { MAX_RECEIVES } from '@objectferry/shared/naming.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import type { SQSRecord } from 'aws-lambda';
import { bury, type DeadReason } from '../dead-letters.ts';
import type { Queue } from '../queue.ts';
import type { BatchReport } from './batch-report.ts';
import { NoRoom, type Turnstile } from './turnstile.ts';

/** What taking messages from the queue needs. */
export interface IntakeParts {
  /** Resolve for the whole batch once; when they do not, its messages come again. */
  readonly ready: Promise<{ readonly runtime: Runtime; readonly rules: readonly Rule[] }>;
  readonly turnstile: Turnstile;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly report: BatchReport;
  readonly now: () => Date;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Attribute of a message that had to wait: when the first one of it was sent, because the queue knows only the last. */
const FIRST_SEEN = 'firstSeen';

/** How long a message waits for its turn, in seconds: at least, at most at first, and at most at all. */
const WAIT = { least: 30, most: 120, longest: 900 } as const;

/**
 * Deals with one message. When this resolves the message may be deleted: its copies run, or it lies in the queue again
 * to wait for its turn, or among the dead letters with the reason.
 *
 * @throws whatever stands in the way now: the message has to be received again.
 */
export async function takeMessage(record: SQSRecord, parts: IntakeParts): Promise<void> {
  const { messageId, body } = record;
  const taken = await attempt(record, parts);
  if (taken instanceof NoRoom) return defer(record, parts);
  if (!(taken instanceof Error)) {
    for (const outcome of taken) parts.report.outcome(messageId, outcome);
    const dead = taken.filter(({ outcome }) => outcome === 'failed').map(reasonOf);
    if (dead.length > 0) await bury(parts.deadLetters, { messageId, body }, dead);
    return;
  }
  const receives = Number(record.attributes.ApproximateReceiveCount);
  if (receives < MAX_RECEIVES) {
    parts.report.postponed(messageId, receives, taken);
    throw taken;
  }
  // SQS would move it now by itself, but without a word.
  const reason = `Given up after ${receives} tries: ${taken.message}`;
  await bury(parts.deadLetters, { messageId, body }, [{ reason }]);
  parts.report.givenUp(messageId, receives, taken);
}

async function attempt({ body }: SQSRecord, { ready, turnstile }: IntakeParts): Promise<readonly Outcome[] | Error> {
  try {
    const { runtime, rules } = await ready;
    // Before anything is asked of a store: thousands of messages may wait.
    await turnstile.requireRoom();
    return await takeIn(runtime, { rules, start: turnstile.start }, body);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function reasonOf({ reason = 'Unknown.', rule }: Outcome): DeadReason {
  return { reason, rule };
}

/**
 * Sends the message once more instead of failing it, because five failures would make it a dead letter, and waiting is
 * no failure. What has waited long may wait longer: a backlog that goes round every minute costs more than it brings.
 */
async function defer(record: SQSRecord, { queue, report, now, random }: IntakeParts): Promise<void> {
  const { messageId, body, attributes, messageAttributes } = record;
  const sent = new Date(Number(attributes.SentTimestamp)).toISOString();
  const firstSeen = messageAttributes[FIRST_SEEN]?.stringValue ?? sent;
  const ageSeconds = Math.max(0, Math.round((now().getTime() - Date.parse(firstSeen)) / 1000));
  const most = Math.min(Math.max(ageSeconds, WAIT.most), WAIT.longest);
  const delaySeconds = Math.floor(WAIT.least + random() * (most - WAIT.least + 1));
  await queue.send(body, { delaySeconds, attributes: { [FIRST_SEEN]: firstSeen } });
  report.deferred(messageId, ageSeconds, delaySeconds);
}
