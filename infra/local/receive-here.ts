import { takeIn } from '@objectferry/shared/events/intake.ts';
import type { Rule } from '@objectferry/shared/events/rule.ts';
import type { Hono } from 'hono';
import type { ApiLog } from '#functions/api/log.ts';
import type { Executions } from '#functions/executions.ts';
import { createReceiveApp } from '#functions/receive/app.ts';
import { createReceiver } from '#functions/receive/receiver.ts';
import type { LocalRuntime } from './runtime.ts';

/** What Lambda would give a handler of events. */
const TAKE_IN_MS = 60_000;

export interface ReceiveHereOptions {
  readonly rules: readonly Rule[];
  readonly executions: Executions;
  readonly local: LocalRuntime;
  readonly log: ApiLog;
}

/**
 * `POST /events/{provider}` without a queue: what is believed is taken in at once, and "taken" is answered when every
 * copy that it asks for is started, which here means written down. Whatever stands in the way is answered with 503,
 * and the sender keeps the message and sends it again.
 */
export function receiveHere({ rules, executions, local, log }: ReceiveHereOptions): Hono {
  const { runtime, transport, readSecret } = local;
  const send = async (message: string): Promise<void> => {
    const until = performance.now() + TAKE_IN_MS;
    const bounded = { ...runtime, remainingMs: () => Math.max(0, until - performance.now()) };
    const outcomes = await takeIn(bounded, { rules, start: (copy) => executions.start(copy) }, message);
    for (const outcome of outcomes) tell(outcome, log);
  };
  const receiver = createReceiver({
    rules: async () => rules,
    pinned: async () => [],
    secret: readSecret,
    transport,
    clock: runtime.clock,
    queue: { send },
    log,
  });
  return createReceiveApp(receiver);
}

type Outcome = Awaited<ReturnType<typeof takeIn>>[number];

/** There are no dead letters here: what can never work is told, and the sender is not asked to send it again. */
function tell({ outcome, rule, id, source, reason }: Outcome, log: ApiLog): void {
  const facts = Object.fromEntries(
    Object.entries({ rule, id, source, reason }).filter(([, value]) => value !== undefined),
  );
  if (outcome === 'failed') log.warn('event cannot be followed', facts);
  else log.info(`event ${outcome}`, facts);
}
