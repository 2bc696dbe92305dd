import type { TaskName } from '@objectferry/shared/naming.ts';
import { copyDefinition } from '#infra/local/definition.ts';
import { type MachineOptions, type MachineResult, runMachine } from '#infra/local/engine.ts';
import type { TaskFunction } from '#infra/local/invoke.ts';

/** An error as a handler throws it. */
export function named(name: string, message = `${name} happened.`): Error {
  return Object.assign(new Error(message), { name });
}

/** The cause of a failure as the machine passes it on. */
export function causeOf(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage, trace: [] });
}

/** What Initiate answers for so many spans of one part. */
export function parts(spans: number): object {
  return {
    strategy: 'parts',
    copy: { uploadId: 'u' },
    spans: Array.from({ length: spans }, (_, index) => ({ first: index + 1, count: 1 })),
    done: { copied: 0 },
  };
}

/** What CopyWhole or Complete answers when so many spans of one byte are to be read back. */
export function toVerify(spans: number): object {
  return {
    strategy: 'verify',
    copy: { uploadId: 'u' },
    receipt: { destination: { key: 'k' } },
    byteSpans: Array.from({ length: spans }, (_, offset) => ({ offset, length: 1 })),
    read: { bytes: 0 },
  };
}

export const WHOLE = { strategy: 'whole', copy: { size: 1 } };
export const FINISHED = { strategy: 'finished', receipt: { size: 1 } };
export const REPORT = { copied: 1, rest: null };
export const READ = { bytes: 1, rest: null };

/** A machine whose tasks answer so, unless told otherwise; `calls` lists every invocation with its payload. */
export class FakeMachine {
  readonly calls: { readonly task: TaskName; readonly payload: unknown }[] = [];
  readonly #tasks: Readonly<Record<TaskName, TaskFunction>>;

  constructor(tasks: Partial<Record<TaskName, TaskFunction>> = {}) {
    const record = (task: TaskName, otherwise: TaskFunction): TaskFunction => {
      return async (payload, abandoned) => {
        this.calls.push({ task, payload });
        return (tasks[task] ?? otherwise)(payload, abandoned);
      };
    };
    this.#tasks = {
      Initiate: record('Initiate', async () => WHOLE),
      CopyWhole: record('CopyWhole', async () => FINISHED),
      CopySpan: record('CopySpan', async () => REPORT),
      Complete: record('Complete', async () => FINISHED),
      VerifySpan: record('VerifySpan', async () => READ),
      Prove: record('Prove', async () => FINISHED),
      Abort: record('Abort', async () => ({ upload: 'none' })),
    };
  }

  /** Runs the synthesized definition without pauses. */
  run(input: unknown = { source: 's' }, options: Partial<MachineOptions> = {}): Promise<MachineResult> {
    return runMachine({ definition: copyDefinition(), input, tasks: this.#tasks, retryIntervalMs: 0, ...options });
  }

  /** So often was a task invoked. */
  count(task: TaskName): number {
    return this.calls.filter((call) => call.task === task).length;
  }

  /** The payload of a task's only or n-th invocation. */
  payload(task: TaskName, index = 0): unknown {
    return this.calls.filter((call) => call.task === task)[index]?.payload;
  }
}
