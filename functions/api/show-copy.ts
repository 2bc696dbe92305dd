import type { CopyStatus } from '@objectferry/shared/api.ts';
import { CopyRequest, Receipt } from '@objectferry/shared/contract.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import * as v from 'valibot';
import type { Execution } from '../executions.ts';
import { failureOf } from './failure.ts';
import { findCopy } from './find-copy.ts';
import { linksOf } from './links.ts';
import type { ApiParts, Route } from './parts.ts';
import { progressOf } from './progress.ts';

/** `GET /copies/{id}`: everything that is known of a copy. */
export const showCopy: Route = async (context, parts) => {
  const execution = await findCopy(context, parts.executions);
  const { id, state, startedAt, endedAt } = execution;
  const status: CopyStatus = {
    id,
    state,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString(),
    ...placesOf(execution),
    ...(await detailsOf(execution, parts)),
    links: linksOf(id),
  };
  return context.json(status);
};

function placesOf({ request }: Execution): Pick<CopyStatus, 'source' | 'destination'> {
  const parsed = v.safeParse(CopyRequest, request);
  if (!parsed.success) return {};
  return { source: formatLocation(parsed.output.source), destination: formatLocation(parsed.output.destination) };
}

type Details = Pick<CopyStatus, 'strategy' | 'size' | 'progress' | 'progressError' | 'receipt' | 'error'>;

async function detailsOf(execution: Execution, parts: ApiParts): Promise<Details> {
  if (execution.state === 'succeeded') {
    const receipt = v.safeParse(Receipt, execution.output);
    if (receipt.success)
      return { strategy: receipt.output.strategy, size: receipt.output.size, receipt: receipt.output };
    parts.log.warn('the output of an execution is no receipt', { id: execution.id });
    return {};
  }
  const copy = await parts.executions.pinned(execution.id);
  const error = execution.state === 'running' ? {} : { error: failureOf(execution) };
  if (copy === undefined) return error;
  const strategy = copy.uploadId === undefined ? 'whole' : 'parts';
  const known: Details = { strategy, size: copy.size, ...error };
  // Abort has removed the parts of one that ended, unless they were to be kept.
  const mayHaveParts = execution.state === 'running' || copy.options.onFailure === 'keep';
  if (strategy === 'whole' || !mayHaveParts) return known;
  return { ...known, ...(await progressOf(parts, execution.id, copy)) };
}
