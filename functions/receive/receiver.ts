import type { PushEnvelope, PushOrigin, PushProvider } from '@objectferry/shared/events/envelope.ts';
import { MAX_MESSAGE_BYTES } from '@objectferry/shared/events/message-size.ts';
import { believe, pushProvider } from '@objectferry/shared/events/push/believe.ts';
import type { Certificate } from '@objectferry/shared/events/push/certificate.ts';
import { createCertificates } from '@objectferry/shared/events/push/certificates.ts';
import { confirmSubscription } from '@objectferry/shared/events/push/confirm.ts';
import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';
import { Refusal } from '@objectferry/shared/events/push/refusal.ts';
import type { Rule } from '@objectferry/shared/events/rule.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import type { Clock } from '@objectferry/shared/runtime.ts';
import type { ApiLog } from '../api/log.ts';
import type { Queue } from '../queue.ts';
import { type PushAnswer, refused, taken } from './answer.ts';

/** What receiving pushes needs from outside. */
export interface ReceiverParts {
  /** Asked for every push, so that changed rules count. */
  readonly rules: () => Promise<readonly Rule[]>;
  /** Text of a named secret. */
  readonly secret: (id: string) => Promise<string>;
  /** Certificates that pushes of SMN have to be signed by; none: they are fetched. */
  readonly pinned: () => Promise<readonly Certificate[]>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly queue: Pick<Queue, 'send'>;
  /** Hears what was refused and why; never a token, a header or an address. */
  readonly log: ApiLog;
}

/** Answers one push. Never throws. */
export type Receiver = (request: PushRequest) => Promise<PushAnswer>;

/** MNS, SMN, QingStor and EventBridge of Amazon wait 5 seconds, SNS 15; what comes later was in vain. */
const ANSWER_WITHIN_MS = 4_000;

/**
 * Receives pushes: judges each one and puts what is believed into the queue. "Taken" is said only when the queue has
 * it; what may work later is answered with 503, upon which every service sends again.
 */
export function createReceiver(parts: ReceiverParts): Receiver {
  const certificates = createCertificates(parts.transport, parts.clock.now);
  const receive = async (request: PushRequest): Promise<PushAnswer> => {
    const provider = pushProvider(request.provider);
    const [rules, pinned] = await Promise.all([parts.rules(), parts.pinned()]);
    const believed = await believe(request, {
      rules: rules.filter(({ enabled }) => enabled),
      pinned,
      certificates,
      secret: parts.secret,
      now: parts.clock.now,
    });
    if (believed.kind === 'message') await enqueue({ ...believed, provider }, parts);
    if (believed.kind === 'nothing') parts.log.warn('subscription ended', { provider, reason: believed.reason });
    if (believed.kind === 'confirmation') {
      await confirmSubscription(parts.transport, believed.address);
      parts.log.info('subscription confirmed', { provider, topic: believed.topic });
    }
    return taken(provider);
  };
  return async (request) => {
    try {
      return await inTime(receive(request), parts.clock);
    } catch (error) {
      const refusal = refusalOf(error);
      tell(refusal, error, parts.log);
      return refused(refusal);
    }
  };
}

interface Message {
  readonly provider: PushProvider;
  readonly origin: PushOrigin;
  readonly text: string;
}

async function enqueue({ provider, origin, text }: Message, { queue, clock }: ReceiverParts): Promise<void> {
  const receivedAt = clock.now().toISOString();
  const envelope: PushEnvelope = { objectferry: 'push', provider, origin, receivedAt, body: text };
  const message = JSON.stringify(envelope);
  // Only a body full of control characters, which no notification has, grows so much.
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) {
    throw new Refusal(413, 'The message is too large for the queue: no service sends such notifications.');
  }
  try {
    await queue.send(message);
  } catch (error) {
    throw new Refusal(503, 'The message could not be put into the queue: send it again.', error);
  }
}

/**
 * @throws Refusal 503 when the work takes longer than the sender waits; it goes on, and doing it twice does no harm.
 */
async function inTime(work: Promise<PushAnswer>, clock: Clock): Promise<PushAnswer> {
  const done = new AbortController();
  const late = clock.sleep(ANSWER_WITHIN_MS, done.signal).then(
    () => {
      throw new Refusal(503, 'The message could not be dealt with in time: send it again.');
    },
    // The work was done first.
    () => work,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // Rules or parameters that cannot be read, or a mistake of ours: the sender should not lose a message over it.
  return new Refusal(503, 'The receiver is not ready just now: send the message again.', error);
}

function tell(refusal: Refusal, error: unknown, log: ApiLog): void {
  const { status, message, cause } = refusal;
  if (status === 503 && cause instanceof Error) log.error('push postponed', cause);
  else if (error !== refusal) log.error('push postponed', new Error(message));
  // Causes of other refusals quote what was sent, so they are told nobody.
  else log.warn('push refused', { status, reason: message });
}
