import type { Credentials } from '../../credentials.ts';
import { CopyError, withFacts } from '../../errors.ts';
import type { StoreContext } from '../provider.ts';
import type { Dialect } from '../xml/dialect.ts';
import type { Headers } from '../xml/request.ts';
import { type AddressedRequest, createSend, type Send } from '../xml/send.ts';
import type { QingStorConfig } from './config.ts';
import { QINGSTOR_DIALECT } from './dialect.ts';
import { EXPIRED_CODE } from './errors.ts';
import { bucketProblem, keyProblem } from './limits.ts';
import { sign } from './sign.ts';

/** The code by which shared sending knows that our clock was refused, and sends once more by the provider's. */
const SKEWED_CODE = 'RequestTimeTooSkewed';

const SENDING_DIALECT: Dialect = {
  ...QINGSTOR_DIALECT,
  errorOf: (answer, request) => withCode(QINGSTOR_DIALECT.errorOf(answer, request), EXPIRED_CODE, SKEWED_CODE),
};

/** Binds sending to one store: addressing, signing, QingStor's clock. */
export function createQingStorSend(config: QingStorConfig, context: StoreContext): Send {
  const send = createSend({
    config,
    context,
    dialect: SENDING_DIALECT,
    sign: (request, credentials, now) => signed(config, request, credentials, now),
    bucketProblem,
    keyProblem,
  });
  return async (request, read, call) => {
    try {
      return await send(request, read, call);
    } catch (error) {
      throw error instanceof CopyError ? withCode(error, SKEWED_CODE, EXPIRED_CODE) : error;
    }
  };
}

/** The same error with the other code; any other error as it is. */
function withCode(error: CopyError, from: string, to: string): CopyError {
  return error.facts.code === from ? withFacts(error, { code: to }) : error;
}

function signed(
  { addressing }: QingStorConfig,
  request: AddressedRequest,
  credentials: Credentials,
  now: Date,
): Headers {
  if (credentials.sessionToken !== undefined) {
    throw new CopyError(
      'InvalidConfig',
      'QingStor knows no session tokens: give an access key and its secret, and leave the token out.',
    );
  }
  return sign({ ...request, hostBucket: addressing === 'virtual' ? request.bucket : undefined }, credentials, now);
}
