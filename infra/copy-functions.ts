import { join } from 'node:path';
import { forEveryTask, type TaskName } from '@objectferry/shared/naming.ts';
import { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { CopyFunction } from './copy-function.ts';
import type { StoreAccess } from './store-access.ts';

interface Handler {
  readonly file: string;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** False for one that makes no request, and so needs no secret. */
  readonly signs?: false;
}

// No places are reserved for these: a Map starts 40 at a time, and when there is no place, the machine waits for one.

// Lambda's longest.
const LONGEST_SECONDS = 15 * 60;

/**
 * The handlers. Memory buys processor share (1,769 MiB is one core): none but VerifySpan holds bytes of objects, so each
 * size answers "how much signing and XML at a time", not "how large is the object".
 */
export const HANDLERS: Readonly<Record<TaskName, Handler>> = {
  Initiate: {
    file: 'initiate.ts',
    description: 'Inspects the source, pins it, decides on one request or parts, opens the upload',
    // A handful of requests one after another; the share shortens the cold start, which a small copy waits for.
    memoryMiB: 512,
    // A handful of requests with their retries: seconds, minutes when the provider throttles.
    timeoutSeconds: 5 * 60,
  },
  CopyWhole: {
    file: 'copy-whole.ts',
    description: 'Copies an object with one request',
    // One request at a time.
    memoryMiB: 256,
    // Up to 5 GiB in one request, which the provider answers when it is done: minutes.
    timeoutSeconds: LONGEST_SECONDS,
  },
  CopySpan: {
    file: 'copy-span.ts',
    description: 'Copies a run of parts, each with its own request',
    // Up to 200 requests in flight, each signed and its answer parsed: a third of a core carries some hundred a second.
    memoryMiB: 512,
    // As long as possible: a span that runs out of time costs a round of the machine.
    timeoutSeconds: LONGEST_SECONDS,
  },
  Complete: {
    file: 'complete.ts',
    description: 'Checks every part, completes the upload, verifies the object',
    // 10,000 parts in memory, once from List Parts and once in the request: a few MiB, and XML of 1 MiB to parse.
    memoryMiB: 512,
    // Providers assemble 10,000 parts for minutes before they answer.
    timeoutSeconds: LONGEST_SECONDS,
  },
  VerifySpan: {
    file: 'verify-span.ts',
    description: 'Reads a run of bytes of both sides back and compares them',
    // 64 MiB of ranges are held, 300 MiB resident were measured. 3.5 s of processor for 1 GB of each side, and as much
    // again for TLS: 0.43 of a core carries the 75 MB/s that a function receives, so the network stays the limit.
    memoryMiB: 768,
    // As long as possible: a span that runs out of time costs a round of the machine.
    timeoutSeconds: LONGEST_SECONDS,
  },
  Prove: {
    file: 'prove.ts',
    description: 'Puts what was read back into the receipt',
    // Adds numbers up.
    memoryMiB: 256,
    timeoutSeconds: 60,
    signs: false,
  },
  Abort: {
    file: 'abort.ts',
    description: 'Leaves no upload behind after a failure',
    // One request at a time.
    memoryMiB: 256,
    // Repeats until the upload is gone, and other spans' part copies of 5 GiB may end minutes later.
    timeoutSeconds: LONGEST_SECONDS,
  },
};

export const HANDLER_FOLDER = join(import.meta.dirname, '..', 'functions');

/** What the functions of the tasks share. */
export interface CopyFunctionsProps {
  readonly access: StoreAccess;
  readonly logRetention: RetentionDays;
}

/** Makes the function of every task, each allowed to read the stores file and, where it signs, the secrets. */
export function createCopyFunctions(
  scope: Construct,
  { access, logRetention }: CopyFunctionsProps,
): Readonly<Record<TaskName, CopyFunction>> {
  return forEveryTask((task) => {
    const { file, description, memoryMiB, timeoutSeconds, signs = true } = HANDLERS[task];
    const handler = new CopyFunction(scope, task, {
      entry: join(HANDLER_FOLDER, file),
      description,
      memoryMiB,
      timeout: Duration.seconds(timeoutSeconds),
      logRetention,
    });
    if (signs) access.grantTo(handler);
    else access.grantNamesTo(handler);
    return handler;
  });
}
