import { Receipt } from '@objectferry/shared/contract.ts';
import * as v from 'valibot';
import { copyDefinition } from '#infra/local/definition.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type MachineCost } from '../messages.ts';
import { benchRuntime } from '../runtime.ts';

/** A whole copy, as `objectferry copy` runs it: the synthesized machine with the deployed handlers, in one process. */
export const answer: Answer = async (message): Promise<v.InferOutput<typeof MachineCost>> => {
  const { port, key, parts, partSizeMiB, inFlight } = v.parse(CopyTask, message);
  const runtime = benchRuntime(port, inFlight);
  const request = { source: 'oss://raw/key', destination: `oss://archive/${key}`, options: { partSizeMiB } };
  // CDK takes seconds to synthesize the definition, once per process and never in the cloud.
  copyDefinition();
  const { result, cost } = await measured(() => runCopy({ request, runtime }));
  if (result.status === 'FAILED') throw new Error(`${result.error}: ${result.cause}`);
  const receipt = v.parse(Receipt, result.output);
  if (
    receipt.partCount !== parts ||
    receipt.retries > 0 ||
    receipt.checks.some((check) => check.result === 'different')
  ) {
    throw new Error(`Not one clean copy of ${parts} parts: ${JSON.stringify(receipt)}`);
  }
  const { historyEvents, largestStateBytes } = result;
  return { ...cost, spans: receipt.spans ?? 0, historyEvents, largestStateBytes };
};
