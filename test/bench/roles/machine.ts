import { Receipt } from '@objectferry/shared/contract.ts';
import * as v from 'valibot';
import { copyDefinition } from '#infra/local/definition.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type MachineCost } from '../messages.ts';
import { benchRuntime } from '../runtime.ts';

/** What a deployed span has in flight at most: a plan has no more spans than its parts fill. */
const SPAN_IN_FLIGHT = 128;
/**
 * What a copy may have in flight so that its plan has 40 spans. The connections, which its task limits, then hold back
 * what would be more.
 */
const WIDE_IN_FLIGHT = 40 * SPAN_IN_FLIGHT;

/** A whole copy, as `objectferry copy` runs it: the synthesized machine with the deployed handlers, in one process. */
export const answer: Answer = async (message): Promise<v.InferOutput<typeof MachineCost>> => {
  const task = v.parse(CopyTask, message);
  const { key, parts, partSizeMiB, provider } = task;
  const maxInFlight = task.spans === undefined ? task.inFlight : WIDE_IN_FLIGHT;
  const runtime = benchRuntime(task, maxInFlight);
  const options = { partSizeMiB, maxInFlight };
  const request = { source: `${provider}://raw/key`, destination: `${provider}://archive/${key}`, options };
  // CDK takes seconds to synthesize the definition, once per process and never in the cloud.
  copyDefinition();
  const { result, cost } = await measured(() => runCopy({ request, runtime }));
  if (result.status === 'FAILED') throw new Error(`${result.error}: ${result.cause}`);
  const receipt = v.parse(Receipt, result.output);
  const { partCount, retries, checks, spans = 0 } = receipt;
  if (partCount !== parts || retries > 0 || checks.some((check) => check.result === 'different')) {
    throw new Error(`Not one clean copy of ${parts} parts: ${JSON.stringify(receipt)}`);
  }
  const wanted = Math.min(task.spans ?? spans, Math.ceil(parts / SPAN_IN_FLIGHT));
  if (task.spans !== undefined && spans !== wanted) {
    throw new Error(`The plan has ${spans} spans, not ${wanted}: this run would measure something else.`);
  }
  const { historyEvents, largestStateBytes } = result;
  return { ...cost, spans, historyEvents, largestStateBytes };
};
