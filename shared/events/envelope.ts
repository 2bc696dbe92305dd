import * as v from 'valibot';

/** Providers that can push, as the path of the request names them. */
export const PUSH_PROVIDERS = ['s3', 'oss', 'obs', 'qingstor'] as const;
export type PushProvider = (typeof PUSH_PROVIDERS)[number];

const Name = v.pipe(v.string(), v.nonEmpty('is empty.'), v.maxLength(512, 'is longer than 512 characters.'));

/**
 * Who vouches for a push: the topic that a cloud's signature names, or the rules whose token or HMAC key the sender
 * knows. A cloud's signature says only "sent by this cloud", not by whom, because anybody can own a topic there.
 */
const PushOrigin = v.variant('kind', [
  v.strictObject({ kind: v.literal('topic'), topic: Name }),
  v.strictObject({ kind: v.literal('rules'), rules: v.pipe(v.array(Name), v.minLength(1, 'names no rule.')) }),
]);
export type PushOrigin = v.InferOutput<typeof PushOrigin>;

/** A push that was believed, as it waits in the queue. */
export const PushEnvelope = v.strictObject({
  /** Tells this message from a provider's own in the same queue. */
  objectferry: v.literal('push'),
  provider: v.picklist(PUSH_PROVIDERS),
  origin: PushOrigin,
  receivedAt: v.pipe(v.string(), v.isoTimestamp()),
  /**
   * What was vouched for: the message that SNS or SMN signed, without what is beside it, or the body as it was sent.
   */
  body: v.string(),
});
export type PushEnvelope = v.InferOutput<typeof PushEnvelope>;
