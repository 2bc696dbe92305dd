import { CopyError } from '@objectferry/shared/errors.ts';

/** Too many requests, or too many executions that run: later there is room. */
const THROTTLES: readonly string[] = [
  'ThrottlingException',
  'TooManyRequestsException',
  'ExecutionLimitExceeded',
  'KmsThrottlingException',
];
/** The request itself is at fault. */
const MISTAKES: readonly string[] = ['InvalidExecutionInput', 'InvalidName'];
/** No answer came, by the names of the SDK's own and of Node's errors. */
const LOST: readonly string[] = ['TimeoutError', 'AbortError', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND'];

/** True for an error of this name from AWS. */
export function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

/**
 * An error of Step Functions by its name in our list, once the SDK's own tries are used up. What is not a passing
 * trouble stays as it is: a missing permission or a wrong ARN is a mistake of the deployment.
 */
export function asCopyError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (THROTTLES.includes(error.name)) {
    return new CopyError('Throttled', 'Step Functions asks for fewer requests: try again later.', { cause: error });
  }
  if (MISTAKES.includes(error.name)) {
    return new CopyError('InvalidRequest', 'Step Functions cannot take the request: use plain text in all fields.', {
      cause: error,
    });
  }
  const code = 'code' in error ? String(error.code) : error.name;
  const ofServer = '$fault' in error && error.$fault === 'server';
  if (ofServer || LOST.includes(code) || LOST.includes(error.name)) {
    return new CopyError('ProviderUnavailable', 'Step Functions did not answer: try again later.', { cause: error });
  }
  return error;
}
