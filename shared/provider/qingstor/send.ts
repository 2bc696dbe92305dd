import type { Credentials } from '../../credentials.ts';
import { CopyError } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import type { StoreContext } from '../provider.ts';
import type { Headers, StoreRequest } from '../xml/request.ts';
import { type AddressedRequest, createSend, type Send } from '../xml/send.ts';
import type { QingStorConfig } from './config.ts';
import { QINGSTOR_DIALECT } from './dialect.ts';
import { hasCode } from './errors.ts';
import { bucketProblem, keyProblem } from './limits.ts';
import { sign } from './sign.ts';

/** Binds sending to one store: addressing, signing, QingStor's clock. */
export function createQingStorSend(config: QingStorConfig, context: StoreContext): Send {
  const send = createSend({
    config,
    context,
    dialect: QINGSTOR_DIALECT,
    sign: (request, credentials, now) => signed(config, request, credentials, now),
    bucketProblem,
    keyProblem,
  });
  return async (request, read, call) =>
    send(
      request,
      (answer) => {
        if (isErrorDocument(answer, request)) throw QINGSTOR_DIALECT.errorOf(answer, request);
        return read(answer);
      },
      call,
    );
}

/** No success has a code; the bytes of an object may be anything. */
function isErrorDocument(answer: HttpAnswer, request: StoreRequest): boolean {
  return request.operation !== 'GetObject' && hasCode(answer);
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
