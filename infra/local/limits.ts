/**
 * Limits that AWS enforces and the engine does not know.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The most a state's input or output may have, as UTF-8. */
export const STATE_LIMIT_BYTES = 256 * 1024;
/** The most a function's answer may have. */
export const ANSWER_LIMIT_BYTES = 6 * 1024 * 1024;
/** Events that an execution may have. */
export const HISTORY_LIMIT = 25_000;
/** How much of a failure's cause Step Functions keeps. */
export const CAUSE_LIMIT_CHARACTERS = 32 * 1024;

/** The size that counts for {@link STATE_LIMIT_BYTES}. */
export function stateBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** What a value becomes on its way through JSON: dates are texts, fields without a value are gone. */
export function throughJson(value: unknown): Json {
  const text = JSON.stringify(value);
  return text === undefined ? null : JSON.parse(text);
}

/** A failure that no Retry and no Catch stops, just as on AWS: States.ALL does not cover it. */
export class TerminalError extends Error {
  override readonly name: string;
  /** Read by the engine. */
  readonly isRetryable = false;
  readonly isCatchable = false;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The failure of a state that is larger than {@link STATE_LIMIT_BYTES}. */
export function dataLimitExceeded(state: string, problem: string): TerminalError {
  return new TerminalError(
    'States.DataLimitExceeded',
    `State "${state}": ${problem}, but a state may have ${STATE_LIMIT_BYTES}.`,
  );
}

/** The failure of an execution with more than {@link HISTORY_LIMIT} events. */
export function historyTooLong(): TerminalError {
  return new TerminalError('States.Runtime', `The execution reached the limit of ${HISTORY_LIMIT} history events.`);
}
