import type { CopyAccepted } from '@objectferry/shared/api.ts';
import { CopyRequest } from '@objectferry/shared/contract.ts';
import { routeOf } from '@objectferry/shared/copy/route.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { ExecutionConflict } from '../executions.ts';
import { idForKey, idForToken } from './copy-id.ts';
import { linksOf } from './links.ts';
import type { Route } from './parts.ts';
import { ApiProblem } from './problem.ts';
import { readJsonBody } from './read-body.ts';

/**
 * `POST /copies`: starts a copy, once it is clear that it can be started. Everything that Initiate would refuse before
 * its first request to a provider is refused here, in the same words.
 */
export const startCopy: Route = async (context, { executions, runtime: load, callerOf, log }) => {
  const request = await readJsonBody(context.req);
  const runtime = await load();
  routeOf(runtime, parse(CopyRequest, request, 'The copy request'));
  const caller = callerOf(context);
  const key = context.req.header('idempotency-key');
  const id = key === undefined ? idForToken(runtime.newToken()) : idForKey(caller, key);
  const outcome = await executions.start({ id, request }).catch((error: unknown) => {
    if (!(error instanceof ExecutionConflict)) throw error;
    throw new ApiProblem(
      'IdempotencyKeyReused',
      'This Idempotency-Key was sent with another request before: send a new key with a new request.',
    );
  });
  log.info('copy asked for', { id, outcome, caller });
  const links = linksOf(id);
  const accepted: CopyAccepted = { id, links };
  return context.json(accepted, 202, { location: links.self });
};
