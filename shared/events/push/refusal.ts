/** What a sender is told when its push is not taken; each service reads it as "send again" (503) or as final. */
export type RefusalStatus = 400 | 403 | 404 | 413 | 503;

/**
 * A push that is not taken. The message is one sentence for whoever set the push up; it never says which secret or
 * which part of a proof was wrong, because a forger reads it, too.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: RefusalStatus;

  /** @param cause for the log, never for the sender. */
  constructor(status: RefusalStatus, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

/** A signature or date that does not prove anything. */
export function unproven(): Refusal {
  return new Refusal(
    403,
    'The signature is wrong, too old or for another address: have the message sent again by its service, unchanged.',
  );
}
