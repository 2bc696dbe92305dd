import { PUSH_PROVIDERS } from '@objectferry/shared/events/envelope.ts';
import { MAX_PUSH_BYTES } from '@objectferry/shared/events/push/push-request.ts';
import { PROBLEM_TYPE } from '#functions/api/problem.ts';
import { refTo } from './schemas.ts';

const TAKEN = 'The event is taken: its copies start, or no rule asks for any.';

/** What a sender is told when its push is not taken. It has to prove itself and not who asks, so there is no 401. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The message cannot be read.',
  403: 'Nobody vouches for the message: neither a signature with a topic of a rule, nor a token or HMAC of a rule.',
  404: 'There is no such provider, or no events are taken here.',
  413: `A push has ${MAX_PUSH_BYTES / 1024} KiB at most.`,
};

/** `POST /events/{provider}`, which the clouds call and not the callers of the rest. */
export const EVENT_PATH = {
  parameters: [
    {
      name: 'provider',
      in: 'path',
      required: true,
      description: 'Whose events these are.',
      schema: { type: 'string', enum: PUSH_PROVIDERS },
    },
  ],
  post: {
    tags: ['Events'],
    operationId: 'pushEvent',
    summary: 'Push an event',
    description:
      'Takes a notification of a new object, as SNS, MNS, SMN, EventBridge, EventGrid or a callback sends it, where rules for events are configured. It is believed for its signature when a rule names its topic, or for the token or HMAC of a rule: as `Authorization: Bearer`, `x-objectferry-token`, `?token=` or `x-objectferry-signature`. Confirmations of subscriptions are answered here, too. The sender keeps what is answered with 503 and sends it again.',
    // Senders cannot sign for AWS; the message itself is checked.
    security: [],
    requestBody: {
      required: true,
      description: `The message as its service sends it, at most ${MAX_PUSH_BYTES / 1024} KiB.`,
      content: { '*/*': { schema: {} } },
    },
    responses: {
      200: { description: TAKEN },
      204: { description: `${TAKEN} Said to OSS, whose service asks for it.` },
      ...Object.fromEntries(Object.entries(REFUSALS).map(([status, description]) => [status, refusal(description)])),
      429: { $ref: '#/components/responses/Problem429' },
      500: { $ref: '#/components/responses/Problem500' },
      503: { $ref: '#/components/responses/Problem503' },
    },
  },
};

function refusal(description: string): object {
  return { description, content: { [PROBLEM_TYPE]: { schema: refTo('Problem') } } };
}
