import { DescribeExecutionCommand, type DescribeExecutionCommandOutput, type SFNClient } from '@aws-sdk/client-sfn';
import type { AbortInput, AbortResult, PinnedCopy } from '@objectferry/shared/contract.ts';
import { abort } from '@objectferry/shared/copy/abort.ts';
import { listUploadsOf } from '@objectferry/shared/copy/list.ts';
import { withLostWindows } from '@objectferry/shared/copy/lost-uploads.ts';
import { copyTimeoutMs } from '@objectferry/shared/copy/timeouts.ts';
import { openUpload } from '@objectferry/shared/copy/upload.ts';
import { CopyError, isErrorName } from '@objectferry/shared/errors.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { type Ending, endingOf, pinnedCopy } from './execution-history.ts';

/** What is kept of the time for the last look, in milliseconds. */
const LAST_LOOK_MS = 60_000;
/** How often to look whether the time has come. */
const WAIT_MS = 30_000;

/** What was left of an execution that has ended. */
export interface EndedCopy {
  readonly upload: AbortResult['upload'];
  /** What Initiate had pinned. */
  readonly copy: PinnedCopy | undefined;
}

export interface EndedCopyOptions {
  /**
   * Handlers may still be running: it has just ended. Then this waits until they cannot leave anything behind any
   * more.
   */
  readonly justEnded: boolean;
}

/**
 * Does what Abort would have done, for an execution that ended without it: stopped, timed out, or at a limit of Step
 * Functions. Nothing happens to one that runs (again), has a receipt, has been through Abort, or is to keep its parts.
 * Doing it twice does no harm.
 *
 * @throws CopyError what the provider answers; Timeout when it has to be done again later.
 */
export async function cleanUpAfter(
  runtime: Runtime,
  client: SFNClient,
  executionArn: string,
  { justEnded }: EndedCopyOptions,
): Promise<EndedCopy> {
  const execution = await describe(client, executionArn);
  // It may have been redriven since.
  if (execution === undefined || !WITHOUT_RECEIPT.has(execution.status)) return NOTHING;
  const ending = await endingOf(client, executionArn);
  const copy = await pinnedCopy(client, executionArn);
  // Whoever sweeps looks all the same: a part that came late may have brought the upload back after Abort was done.
  if (ending.abortSucceeded && (justEnded || copy === undefined)) return { upload: 'none', copy };
  if (copy === undefined)
    return { upload: await abortUnpinned(runtime, client, { execution, ending, justEnded }), copy };
  if (copy.uploadId === undefined) return { upload: 'none', copy };
  if (copy.options.onFailure === 'keep') return { upload: 'kept', copy };
  if (!justEnded && !(await isOpen(runtime, copy))) return { upload: 'none', copy };
  const input = abortInput(execution, { copy });
  const { upload } = await abort(runtime, input);
  if (justEnded) {
    // Spans end by the upload being gone, but a part that was under way may bring it back. None is longer under way.
    const leftMs = Math.max(0, runtime.remainingMs() - LAST_LOOK_MS);
    await runtime.clock.sleep(Math.min(copyTimeoutMs(copy.partSize), leftMs));
    await abort(runtime, input);
  }
  return { upload, copy };
}

/** What has ended, and without a receipt; everything else runs, or waits to. */
const WITHOUT_RECEIPT: ReadonlySet<string | undefined> = new Set(['FAILED', 'ABORTED', 'TIMED_OUT']);
const NOTHING: EndedCopy = { upload: 'none', copy: undefined };

async function describe(client: SFNClient, executionArn: string): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    // Older than AWS remembers.
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/** Aborting what is gone cannot be told from aborting what was there, and who sweeps has to say what was found. */
async function isOpen(runtime: Runtime, copy: PinnedCopy): Promise<boolean> {
  const { client, upload } = openUpload(runtime, copy);
  const open = await listUploadsOf(runtime, client, upload);
  return open.some(({ uploadId }) => uploadId === upload.uploadId);
}

interface Unpinned extends EndedCopyOptions {
  readonly execution: DescribeExecutionCommandOutput;
  readonly ending: Ending;
}

/**
 * Initiate was not through. When it was running, Lambda goes on with it and it may open an upload after this has
 * looked, so this looks again when it has to be over.
 */
async function abortUnpinned(
  runtime: Runtime,
  client: SFNClient,
  { execution, ending: { handlerUntil }, justEnded }: Unpinned,
): Promise<EndedCopy['upload']> {
  const until = handlerUntil ?? execution.stopDate ?? runtime.clock.now();
  const input = abortInput(execution, { until });
  const first = await abort(runtime, input);
  if (!justEnded || runtime.clock.now() >= until) return first.upload;
  await waitUntil(runtime, until);
  // Redriven meanwhile, it has an upload of the same key that must not be taken for a lost one.
  if ((await describe(client, execution.executionArn ?? ''))?.status === 'RUNNING') return first.upload;
  const second = await abort(runtime, input);
  return first.upload === 'none' ? second.upload : first.upload;
}

async function waitUntil(runtime: Runtime, until: Date): Promise<void> {
  for (;;) {
    const leftMs = until.getTime() - runtime.clock.now().getTime();
    if (leftMs < 0) return;
    if (runtime.remainingMs() < LAST_LOOK_MS) {
      throw new CopyError(
        'Timeout',
        `Initiate may open an upload until ${until.toISOString()}: look again after that.`,
      );
    }
    await runtime.clock.sleep(Math.min(leftMs + 1, WAIT_MS));
  }
}

/** What the machine would have told Abort. */
function abortInput(
  { startDate, input, error = '', cause }: DescribeExecutionCommandOutput,
  { copy, until }: { readonly copy?: PinnedCopy; readonly until?: Date },
): AbortInput {
  const from = startDate ?? new Date(0);
  // An error of ours says itself whether, and when, an upload may have been opened that nobody knows.
  const known = isErrorName(error);
  const window = withLostWindows(
    new CopyError('Unknown', 'The execution ended before Initiate did.'),
    until === undefined ? [] : [{ from, to: until, clock: 'ours' }],
  );
  return {
    state: {
      copy,
      request: readJson(input),
      error: known ? { Error: error, Cause: cause } : { Error: window.name, Cause: window.message },
    },
    startedAt: from.toISOString(),
  };
}

function readJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
