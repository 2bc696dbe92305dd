import { PUSH_PROVIDERS, type PushProvider } from '../envelope.ts';
import type { Believed } from './believed.ts';
import { textOf } from './body.ts';
import { checkEventBridge, isEventBridge } from './event-bridge.ts';
import { believeMns } from './mns.ts';
import { MAX_PUSH_BYTES, type PushRequest } from './push-request.ts';
import { Refusal } from './refusal.ts';
import type { PushParts } from './senders.ts';
import { believeSmn } from './smn.ts';
import { believeSns } from './sns.ts';
import { vouchingRules } from './vouching-rules.ts';

/** A service whose own signature can vouch for its messages. */
interface SigningService {
  /** Header that all of its requests have. */
  readonly header: string;
  /** Header that tells notifications from confirmations. */
  readonly typeHeader?: string;
  readonly believe: (request: PushRequest, parts: PushParts) => Promise<Believed>;
}

/** QingStor signs nothing, nor do EventGrid, MinIO, Ceph and EventBridge of Amazon: for them a secret has to vouch. */
const SERVICES: Readonly<Record<PushProvider, SigningService | undefined>> = {
  s3: { header: 'x-amz-sns-message-type', typeHeader: 'x-amz-sns-message-type', believe: believeSns },
  oss: { header: 'x-mns-signing-cert-url', believe: believeMns },
  obs: { header: 'x-smn-message-type', typeHeader: 'x-smn-message-type', believe: believeSmn },
  qingstor: undefined,
};

/**
 * Decides whether a push is believed, and for whom: because it brings the token of a rule or an HMAC by its key, or
 * because its service signed it and a rule names its topic.
 *
 * A copied push is believed again as long as its date is in the window, and a token has no date at all: that does no
 * harm, because the same news starts the same copy, by name, once.
 *
 * @throws Refusal
 */
export async function believe(request: PushRequest, parts: PushParts): Promise<Believed> {
  const provider = pushProvider(request.provider);
  if (request.body.byteLength > MAX_PUSH_BYTES) {
    throw new Refusal(413, `The message has more than ${MAX_PUSH_BYTES} bytes: no service sends such notifications.`);
  }
  // A secret of one provider's rule vouches for nothing that another provider's path receives.
  const own = { ...parts, rules: parts.rules.filter((rule) => rule.provider === provider && rule.from !== undefined) };
  const service = SERVICES[provider];
  const rules = await vouchingRules(request, own);
  if (rules !== undefined && !isConfirmation(request, service)) {
    if (provider === 'oss' && isEventBridge(request)) await checkEventBridge(request, own);
    return { kind: 'message', origin: { kind: 'rules', rules: [...rules] }, text: textOf(request.body) };
  }
  // Confirmations lead to a request of ours, so that a token alone is not enough for them.
  if (service !== undefined && request.headers[service.header] !== undefined) return service.believe(request, own);
  throw new Refusal(
    403,
    'Nobody vouches for this message: send the token of a rule with it, as Authorization: Bearer, x-objectferry-token or ?token=.',
  );
}

/** @throws Refusal 404 */
export function pushProvider(name: string): PushProvider {
  const provider = PUSH_PROVIDERS.find((known) => known === name);
  if (provider !== undefined) return provider;
  throw new Refusal(404, `There is no such provider: send pushes to /events/ and one of ${PUSH_PROVIDERS.join(', ')}.`);
}

function isConfirmation({ headers }: PushRequest, service: SigningService | undefined): boolean {
  const type = service?.typeHeader === undefined ? undefined : headers[service.typeHeader];
  return type !== undefined && type !== 'Notification';
}
