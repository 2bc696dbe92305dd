import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { expect } from 'vitest';
import type { ExecutionRecord } from '#infra/local/executions/record.ts';
import { type Journal, openJournal } from '#infra/local/journal/journal.ts';
import { type ResumableCopy, type ResumableResult, runResumable } from '#infra/local/journal/resumable-copy.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { temporaryFolder } from '../temporary.ts';
import { startWorld, type World, type WorldOptions } from '../world.ts';

export const MIB = 1024 * 1024;
const ID = 'the-copy';

/** An emulator, and a state folder in which one copy is remembered: `raw/key` to `archive/copy` in parts of 1 MiB. */
export interface ResumeWorld extends AsyncDisposable {
  readonly world: World;
  readonly folder: string;
  /** What a person was told, by all runs. */
  readonly told: string[];
  /** From now on this goes wrong, and nothing else. */
  readonly faults: (rules: readonly FaultRule[]) => void;
  /** The command, run to its end as one process would. */
  readonly run: (options?: object, more?: Partial<ResumableCopy>) => Promise<ResumableResult>;
  /** The same, and expects it to succeed. */
  readonly copied: (options?: object) => Promise<Receipt>;
  /**
   * Leaves what a process leaves that is killed after so many parts: they are in the upload, and the journal is as it was
   * when the state was entered.
   */
  readonly killed: (parts: number, options?: object) => Promise<void>;
  /** The journal's record; undefined where there is none. */
  readonly record: () => ExecutionRecord | undefined;
}

const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;

/** @param parts Of the source. */
export async function startResumeWorld(
  parts: number,
  rules: readonly FaultRule[] = [],
  more: WorldOptions = {},
): Promise<ResumeWorld> {
  // One request at a time, so that what a killed process has left is known exactly.
  const world = await startWorld({ faultRules: rules, maxInFlight: 1, ...more });
  world.oss.model.putVirtualObject('raw', 'key', parts * MIB);
  const folder = await mkdtemp(join(temporaryFolder(), 'resume-'));
  const told: string[] = [];
  const faults = (next: readonly FaultRule[]) => world.oss.faults.setPlan({ seed: 1, rules: next });
  const run = async (options: object = {}, more: Partial<ResumableCopy> = {}): Promise<ResumableResult> => {
    using journal = more.journal ?? openJournal(folder, ID);
    const { runtime } = world;
    const request = {
      source: 'oss://raw/key',
      destination: 'oss://archive/copy',
      options: { partSizeMiB: 1, ...options },
    };
    const tell = (sentence: string) => told.push(sentence);
    const by = { pid: process.pid, command: 'objectferry copy oss://raw/key oss://archive/copy' };
    return await runResumable({ id: ID, by, request, runtime, retryIntervalMs: 1, tell, warn: tell, ...more, journal });
  };
  return {
    world,
    folder,
    told,
    faults,
    run,
    copied: async (options) => {
      const result = await run(options);
      if (result.status === 'FAILED') return expect.fail(`the copy failed: ${result.error}: ${result.cause}`);
      return parse(Receipt, result.output, 'The receipt');
    },
    killed: async (count, options) => {
      faults([
        { operation: 'UploadPartCopy', after: count, fault: refused },
        { operation: 'AbortMultipartUpload', fault: refused },
      ]);
      const written: ExecutionRecord[] = [];
      const journal: Journal = {
        left: undefined,
        write: (one) => written.push(one),
        remove: () => {},
        [Symbol.dispose]: () => {},
      };
      expect(await run(options, { journal })).toMatchObject({ status: 'FAILED' });
      faults([]);
      const last = written.findLast(({ at, aborting, state }) => at && !aborting && state === 'running');
      if (last === undefined) return expect.fail('nothing was written down');
      using left = openJournal(folder, ID);
      left.write(last);
    },
    record: () => {
      using journal = openJournal(folder, ID);
      return journal.left;
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
