import type { PinnedCopy } from '@objectferry/shared/contract.ts';
import { copySpan } from '@objectferry/shared/copy/copy-span.ts';
import * as v from 'valibot';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type Cost } from '../messages.ts';
import { benchRuntime } from '../runtime.ts';

const INVOCATION_MS = 900_000;

/** One invocation of CopySpan, called directly, as cold as a new Lambda after its modules are loaded. */
export const answer: Answer = async (message): Promise<Cost> => {
  const task = v.parse(CopyTask, message);
  const runtime = benchRuntime(task.port, task.inFlight);
  const { result, cost } = await measured(() =>
    copySpan(
      { ...runtime, remainingMs: () => INVOCATION_MS },
      { copy: pinnedCopy(task), span: { first: 1, count: task.parts } },
    ),
  );
  if (result.copied !== task.parts || result.retries > 0) {
    throw new Error(`Not one clean copy of ${task.parts} parts: ${JSON.stringify(result)}`);
  }
  return cost;
};

function pinnedCopy({ key, parts, partSizeMiB, inFlight }: CopyTask): PinnedCopy {
  const partSize = partSizeMiB * 2 ** 20;
  return {
    source: { store: 'oss', bucket: 'raw', key: 'key' },
    destination: { store: 'oss', bucket: 'archive', key },
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
