import { CopyError } from '@objectferry/shared/errors.ts';
import { ApiProblem } from './problem.ts';

const RETRY_SECONDS = '5';

/**
 * What the caller is told about an error. Only mistakes of the caller are told in the words of the error: all others
 * may speak of the inside, and stand in the log.
 */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof CopyError) {
    switch (error.name) {
      case 'InvalidRequest':
      case 'RegionMismatch':
      case 'Unsupported':
        return new ApiProblem(error.name, error.summary);
      case 'Throttled':
        return new ApiProblem('Throttled', 'Too many requests came at a time: send it again a little later.', {
          'retry-after': RETRY_SECONDS,
        });
      case 'ProviderUnavailable':
      case 'Timeout':
      case 'ConnectionLost':
        return new ApiProblem(
          'ServiceUnavailable',
          'A service behind the API did not answer: send the same request again a little later.',
          { 'retry-after': RETRY_SECONDS },
        );
    }
  }
  return new ApiProblem(
    'InternalError',
    'The request could not be carried out: send it again, and if that does not help, look into the log of the API.',
  );
}
