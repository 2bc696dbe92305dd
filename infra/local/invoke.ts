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

/**
 * Runs a task the way Lambda runs a handler: input and answer travel as JSON, an answer has a limit, and of an
 * error only name and message arrive.
 *
 * @throws InvocationError whatever goes wrong.
 */
export async function invoke(task: TaskFunction, payload: Json, abandoned: AbortSignal): Promise<Json> {
  try {
    // The payload was made by the engine from JSON; a copy keeps a handler from changing the machine's state.
    return readAnswer(await task(structuredClone(payload), abandoned));
  } catch (error) {
    throw toInvocationError(error);
  }
}

function readAnswer(answer: unknown): Json {
  const text = serialize(answer);
  if (Buffer.byteLength(text) > ANSWER_LIMIT_BYTES) {
    throw new InvocationError(
      'Function.ResponseSizeTooLarge',
      `Response payload size exceeded maximum allowed payload size (${ANSWER_LIMIT_BYTES} bytes).`,
    );
  }
  return JSON.parse(text);
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
