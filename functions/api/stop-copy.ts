import type { CopyAccepted } from '@objectferry/shared/api.ts';
import { findCopy } from './find-copy.ts';
import { linksOf } from './links.ts';
import type { Route } from './parts.ts';
import { ApiProblem } from './problem.ts';

/**
 * `DELETE /copies/{id}`: stops a copy; its upload is aborted after that. Stopping twice is accepted twice, because a
 * caller whose answer was lost asks again. A copy that has ended otherwise is a conflict: whoever stopped it to keep
 * the destination as it was has to know that it is too late.
 */
export const stopCopy: Route = async (context, { executions, callerOf, log }) => {
  const { id, state } = await findCopy(context, executions);
  const links = linksOf(id);
  const accepted: CopyAccepted = { id, links };
  if (state === 'stopped') return context.json(accepted, 202, { location: links.self });
  if (state !== 'running') {
    throw new ApiProblem('CopyEnded', `The copy has ended already, as ${state}: GET ${links.self} tells how.`);
  }
  const caller = callerOf(context);
  await executions.stop(id, `Stopped through the API by ${caller}.`);
  log.info('copy stopped', { id, caller });
  return context.json(accepted, 202, { location: links.self });
};
