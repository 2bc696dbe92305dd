import type { CopyFailure } from '@objectferry/shared/api.ts';
import { messageOf } from '@objectferry/shared/cause.ts';
import { adviceFor, isErrorName } from '@objectferry/shared/errors.ts';
import type { Execution } from '../executions.ts';

/** Names that Step Functions and Lambda give, whose texts are meant for whoever runs the machine. */
const OF_AWS = /^(?:States|Lambda)\./;

/** Why a copy did not succeed, and what to do next. */
export function failureOf({ id, state, error = '', cause = '' }: Execution): CopyFailure {
  if (state === 'stopped') return { name: 'Stopped', message: messageOf(cause) || 'The copy was stopped.' };
  if (state === 'timedOut') {
    return { name: 'States.Timeout', message: 'The copy took longer than an execution may: start it again.' };
  }
  const message = messageOf(cause);
  if (isErrorName(error)) {
    // The sentence about a mistake says what to change; the advice only says so too.
    const mistake = error === 'InvalidRequest' || error === 'InvalidConfig';
    return { name: error, message, ...(mistake ? {} : { advice: adviceFor(error) }) };
  }
  if (OF_AWS.test(error) && message !== '') return { name: error, message };
  // What a program says when it breaks is for those who repair it.
  return {
    name: error === '' ? 'Unknown' : error,
    message: `The copy failed unexpectedly: the history of the execution ${id} tells where.`,
  };
}
