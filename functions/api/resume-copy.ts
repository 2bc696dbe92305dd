import type { CopyAccepted } from '@objectferry/shared/api.ts';
import { CopyRequest } from '@objectferry/shared/contract.ts';
import * as v from 'valibot';
import { ExecutionConflict } from '../executions.ts';
import { findCopy } from './find-copy.ts';
import { linksOf } from './links.ts';
import type { Route } from './parts.ts';
import { ApiProblem } from './problem.ts';

/**
 * `POST /copies/{id}/resume`: has a copy that did not succeed go on with the parts that it kept. One that runs is
 * accepted, because a caller whose answer was lost asks again.
 *
 * Without `onFailure: keep` there is nothing to go on with: the upload is aborted, and a redrive of such an execution
 * would enter its last state and fail once more.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export const resumeCopy: Route = async (context, { executions, callerOf, log }) => {
  const { id, state, request } = await findCopy(context, executions);
  const links = linksOf(id);
  if (state === 'succeeded') throw refusal(`The copy has succeeded: GET ${links.self} shows its receipt.`);
  if (state !== 'running') {
    const parsed = v.safeParse(CopyRequest, request);
    if (!parsed.success || parsed.output.options.onFailure !== 'keep') {
      throw refusal('The copy was not to keep its parts (options.onFailure): start it again instead.');
    }
    await executions.redrive(id).catch((error: unknown) => {
      throw error instanceof ExecutionConflict ? refusal(error.message) : error;
    });
    log.info('copy resumed', { id, caller: callerOf(context) });
  }
  return context.json({ id, links } satisfies CopyAccepted, 202, { location: links.self });
};

function refusal(detail: string): ApiProblem {
  return new ApiProblem('NotResumable', detail);
}
