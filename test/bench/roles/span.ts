import type { PinnedCopy } from '@objectferry/shared/contract.ts';
import { copySpan } from '@objectferry/shared/copy/copy-span.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import * as v from 'valibot';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type Cost } from '../messages.ts';
import { benchRuntime } from '../runtime.ts';
import { warm } from '../warm.ts';

const INVOCATION_MS = 900_000;

const runtimeOf = warm((task) => benchRuntime(task, task.inFlight));

/** One invocation of CopySpan, called directly. The first one is as cold as a new Lambda once its modules are loaded. */
export const answer: Answer = async (message): Promise<Cost> => {
  const task = v.parse(CopyTask, message);
  const runtime = { ...runtimeOf(task), remainingMs: () => INVOCATION_MS };
  const { cost } = await measured(() => copyParts(runtime, task));
  return cost;
};

async function copyParts(runtime: Runtime, task: CopyTask): Promise<void> {
  const result = await copySpan(runtime, { copy: pinnedCopy(task), span: { first: 1, count: task.parts } });
  if (result.copied !== task.parts || result.retries > 0) {
    throw new Error(`Not one clean copy of ${task.parts} parts: ${JSON.stringify(result)}`);
  }
}

function pinnedCopy({ key, parts, partSizeMiB, inFlight, provider }: CopyTask): PinnedCopy {
  const partSize = partSizeMiB * 2 ** 20;
  return {
    source: { store: provider, bucket: 'raw', key: 'key' },
    destination: { store: provider, bucket: 'archive', key },
    size: parts * partSize,
    etag: '"SOURCE"',
    lastModified: '2024-03-05T06:07:08.000Z',
    checksums: {},
    uploadId: key,
    partSize,
    partCount: parts,
    spanCount: 1,
    inFlight,
    startedAt: '2024-03-05T06:07:09.000Z',
    pinnedAt: '2024-03-05T06:07:09.000Z',
    options: { overwrite: 'always', onFailure: 'abort', requireChecksum: false, verify: 'checksum' },
  };
}
