import { ANSWER_LIMIT_BYTES, CAUSE_LIMIT_CHARACTERS, type Json } from './limits.ts';

/** What a task does for the machine: gets the payload, answers; `abandoned` fires once nobody waits for the answer. */
export type TaskFunction = (payload: unknown, abandoned: AbortSignal) => Promise<unknown>;

/** A failed invocation as Step Functions sees it: the name of the handler's error, and Lambda's document as cause. */
export class InvocationError extends Error {
  override readonly name: string;

  constructor(errorType: string, errorMessage: string) {
    super(JSON.stringify({ errorType, errorMessage, trace: [] }).slice(0, CAUSE_LIMIT_CHARACTERS));
    this.name = errorType;
  }
}

/** What an invocation answers. */
export interface Answer {
  readonly value: Json;
  /** Its size as JSON. */
  readonly bytes: number;
}

/**
 * Runs a task the way Lambda runs a handler: input and answer travel as JSON, an answer has a limit, and of an
 * error only name and message arrive.
 *
 * @param payload The handler's own: it may change it.
 * @throws InvocationError whatever goes wrong.
 */
export async function invoke(task: TaskFunction, payload: Json, abandoned: AbortSignal): Promise<Answer> {
  try {
    return readAnswer(await task(payload, abandoned));
  } catch (error) {
    throw toInvocationError(error);
  }
}

function readAnswer(answer: unknown): Answer {
  const text = serialize(answer);
  const bytes = Buffer.byteLength(text);
  if (bytes > ANSWER_LIMIT_BYTES) {
    throw new InvocationError(
      'Function.ResponseSizeTooLarge',
      `Response payload size exceeded maximum allowed payload size (${ANSWER_LIMIT_BYTES} bytes).`,
    );
  }
  return { value: JSON.parse(text), bytes };
}

function serialize(answer: unknown): string {
  try {
    return JSON.stringify(answer) ?? 'null';
  } catch (error) {
    throw new InvocationError('Runtime.MarshalError', `Unable to stringify response body: ${String(error)}`);
  }
}

function toInvocationError(error: unknown): InvocationError {
  if (error instanceof InvocationError) return error;
  if (error instanceof Error) return new InvocationError(error.name, error.message);
  return new InvocationError(typeof error, String(error));
}
