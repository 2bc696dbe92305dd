import errors from 'undici/lib/core/errors.js';
import { CopyError } from '../errors.ts';
import { FORBIDDEN_ADDRESS } from './lookup.ts';

/** An endpoint that no copy may talk to. */
export function forbidden(cause?: unknown): CopyError {
  return new CopyError(
    'InvalidConfig',
    "The endpoint leads to a link-local or metadata address, or to the machine that runs the copy itself (EADDRFORBIDDEN): give the object store's own endpoint.",
    { cause },
  );
}

/** An answer that did not come in time. */
export function timedOut(timeoutMs: number): CopyError {
  return new CopyError('Timeout', `The whole answer did not arrive within ${timeoutMs} ms.`);
}

/**
 * The cause keeps undici's error, whose texts name addresses and codes but neither targets nor headers; only its code
 * goes into the sentence.
 */
export function errorOf(error: unknown, answered: boolean): CopyError {
  const code = codeOf(error);
  if (code === FORBIDDEN_ADDRESS) return forbidden(error);
  const facts = { cause: error };
  const said = code === undefined ? '' : ` (${code})`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new CopyError('Timeout', `The connection timed out${said}.`, facts);
  }
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    // Without the cause: a parser error carries the bytes of the answer, and a mirror would send our headers back.
    return new CopyError('IncompleteAnswer', 'The answer is not valid HTTP.');
  }
  if (answered)
    return new CopyError('IncompleteAnswer', `The connection broke in the middle of the answer${said}.`, facts);
  if (code === 'UND_ERR_INVALID_ARG') {
    return new CopyError(
      'InvalidRequest',
      'The request cannot be written as HTTP: a header or the target is malformed.',
      facts,
    );
  }
  return new CopyError(
    'ConnectionLost',
    `The connection could not be made or broke before an answer came${said}.`,
    facts,
  );
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}
