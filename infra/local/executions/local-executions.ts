import { isDeepStrictEqual } from 'node:util';
import type { PinnedCopy } from '@objectferry/shared/contract.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { createGate, type Gate } from '@objectferry/shared/gate.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import {
  type Execution,
  ExecutionConflict,
  type Executions,
  type ExecutionsPage,
  type ExecutionsQuery,
} from '#functions/executions.ts';
import { quoted } from '../../../shared/quoted.ts';
import type { MachineResult, Resume } from '../engine.ts';
import { throughJson } from '../limits.ts';
import { type LocalCopy, runCopy } from '../local-copy.ts';
import type { MachineEvent } from '../machine-event.ts';
import { ExecutionsFolder, isExecutionId } from './folder.ts';
import { type Listed, pageOf } from './page.ts';
import { type ExecutionRecord, executionOf, pinnedOf } from './record.ts';
import { enteredBy, keptParts, resumeAfterCrash, throughAbort } from './resume.ts';

// All copies share the sockets of one process: more of them at a time are not faster, only later.
const MAX_RUNNING = 8;
/** As long as Step Functions knows an execution that has ended. */
const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;

export interface LocalExecutionsOptions {
  readonly runtime: ProcessRuntime;
  /** Where they are kept; made when it is not there. */
  readonly folder: string;
  /** Copies that run at a time, default 8; others wait in the order in which they were started. */
  readonly maxRunning?: number | undefined;
  /** Hears of every execution that begins to run, and that ends. Must not throw. */
  readonly onChange?: ((execution: Execution) => void) | undefined;
  /** How each copy is run; as on AWS unless told otherwise. */
  readonly run?:
    | Pick<LocalCopy, 'invocationSeconds' | 'timeoutSeconds' | 'retryIntervalMs' | 'stopGraceMs'>
    | undefined;
}

/** Executions of this process. */
export interface LocalExecutions extends Executions, AsyncDisposable {
  /**
   * Stops the copies that run, aborts their uploads, waits for that, and leaves the folder to others. Those that still
   * wait begin when the folder is opened again.
   */
  readonly close: () => Promise<void>;
}

/**
 * Runs copies on this machine and remembers them in a folder: one that was started is run to its end, by this process
 * or by the next one that opens the folder.
 *
 * @throws CopyError InvalidConfig when the folder cannot be used, or another process uses it.
 */
export function createLocalExecutions(options: LocalExecutionsOptions): LocalExecutions {
  return new FolderExecutions(options);
}

/** An execution that this process has to bring to its end. */
interface Run {
  record: ExecutionRecord;
  readonly stop: AbortController;
  readonly resume: Resume | undefined;
  /** False while it waits for its turn. */
  begun: boolean;
  /** What kept its progress from being written down. */
  unwritten: unknown;
  ended: Promise<void>;
}

class FolderExecutions implements LocalExecutions {
  readonly #options: LocalExecutionsOptions;
  readonly #folder: ExecutionsFolder;
  readonly #turns: Gate;
  /** All that the folder holds. */
  readonly #listed = new Map<string, Listed>();
  readonly #runs = new Map<string, Run>();
  /** Ends that could not be written down: the files still say that these run. */
  readonly #unwritten = new Map<string, ExecutionRecord>();
  #closing: Promise<void> | undefined;

  constructor(options: LocalExecutionsOptions) {
    this.#options = options;
    this.#turns = createGate(options.maxRunning ?? MAX_RUNNING);
    this.#folder = new ExecutionsFolder(options.folder);
    const oldest = new Date(this.#now().getTime() - KEPT_DAYS * DAY_MS).toISOString();
    const records = this.#folder.readAll();
    for (const record of records) {
      if (record.endedAt !== undefined && record.endedAt < oldest) this.#folder.remove(record.id);
      else this.#list(record);
    }
    const unfinished = records.filter(({ state }) => state === 'running');
    unfinished.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    for (const record of unfinished) this.#launch(record, resumeAfterCrash(record));
  }

  async start({ id, request: given }: { readonly id: string; readonly request: unknown }) {
    if (!isExecutionId(id)) {
      throw new CopyError('InvalidRequest', `The id ${quoted(id)} must be 1 to 80 letters, digits, - and _.`);
    }
    this.#requireOpen();
    const request = throughJson(given);
    const record: ExecutionRecord = {
      version: 1,
      id,
      request,
      state: 'running',
      startedAt: this.#now().toISOString(),
    };
    // The file decides, and before anything runs: a second start of the same id finds it, in whichever process.
    if (this.#listed.has(id) || !this.#folder.create(record)) {
      if (isDeepStrictEqual(this.#folder.read(id).request, request)) return 'exists';
      throw new ExecutionConflict(`The id ${id} stands for another copy already: choose another id.`);
    }
    this.#launch(record, undefined);
    return 'started';
  }

  async describe(id: string): Promise<Execution | undefined> {
    const record = this.#record(id);
    return record && executionOf(record);
  }

  async list(query: ExecutionsQuery): Promise<ExecutionsPage> {
    return pageOf(this.#listed.values(), query);
  }

  async stop(id: string, reason: string): Promise<void> {
    const run = this.#runs.get(id);
    if (run === undefined || run.record.stopReason !== undefined) return;
    // Written first: after a crash the copy must not go on as if nobody had asked.
    this.#saveStop(run, reason);
    if (run.begun || run.record.ranAt !== undefined) run.stop.abort();
    else this.#end(run, { state: 'stopped', error: 'Stopped', cause: reason });
  }

  /**
   * With `onFailure: keep` the execution goes on in the state that failed, with the parts that were kept, as on AWS.
   * Without, there is nothing to go on from: Abort has removed the upload, and the request runs again from its
   * beginning, where AWS would enter the failed state and find its upload gone. Here the number of redrives and the
   * age of the execution are not limited, either.
   */
  async redrive(id: string): Promise<void> {
    this.#requireOpen();
    const record = this.#record(id);
    if (record === undefined) throw new ExecutionConflict(`There is no execution ${id}: list shows those there are.`);
    if (record.state === 'running' || record.state === 'succeeded' || this.#runs.has(id)) {
      throw new ExecutionConflict(`The execution ${id} is ${record.state}: only one that failed can be redriven.`);
    }
    const { version, request, startedAt, at, ranAt } = record;
    const from = keptParts(record) ? { at, ranAt } : { leftOver: at?.input };
    const again: ExecutionRecord = { version, id, request, startedAt, state: 'running', ...from };
    this.#folder.write(again);
    this.#launch(again, resumeAfterCrash(again));
  }

  async pinned(id: string): Promise<PinnedCopy | undefined> {
    const record = this.#record(id);
    return record && pinnedOf(record);
  }

  close(): Promise<void> {
    this.#closing ??= this.#stopAll();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #stopAll(): Promise<void> {
    const begun = [...this.#runs.values()].filter((run) => run.begun);
    for (const run of begun) run.stop.abort();
    await Promise.all(begun.map(({ ended }) => ended));
    this.#folder[Symbol.dispose]();
  }

  #launch(record: ExecutionRecord, resume: Resume | undefined): void {
    const stop = new AbortController();
    const run: Run = { record, stop, resume, begun: false, unwritten: undefined, ended: Promise.resolve() };
    if (record.stopReason !== undefined) stop.abort();
    this.#list(record);
    this.#runs.set(record.id, run);
    run.ended = this.#turns.through(() => this.#run(run));
  }

  async #run(run: Run): Promise<void> {
    // Stopped while it waited, or left for the process after this one.
    if (run.record.state !== 'running' || this.#closing !== undefined) return;
    run.begun = true;
    this.#options.onChange?.(executionOf(run.record));
    try {
      this.#end(run, endOf(run, await this.#execute(run)));
    } catch (error) {
      this.#end(run, { state: 'failed', ...unexpected(error) });
    }
  }

  async #execute(run: Run): Promise<MachineResult> {
    if (run.resume === undefined) {
      const { ranAt, leftOver } = run.record;
      // It ran before, and goes on from nowhere: what that run may have left open is of no use any more.
      if (ranAt !== undefined || leftOver !== undefined) {
        await this.#machine(run.record, throughAbort(run.record, this.#now()));
      }
      this.#save(run, { ranAt: this.#now().toISOString(), leftOver: undefined });
    }
    const { signal } = run.stop;
    const result = await this.#machine(run.record, run.resume, { signal, onEvent: (event) => this.#hear(run, event) });
    // The machine ends without a clean-up; what is reported is the end of the time, whatever becomes of the upload.
    if (result.status === 'FAILED' && result.timedOut)
      await this.#machine(run.record, throughAbort(run.record, this.#now()));
    return result;
  }

  #machine(
    { request }: ExecutionRecord,
    resume: Resume | undefined,
    more: Pick<LocalCopy, 'signal' | 'onEvent'> = {},
  ): Promise<MachineResult> {
    return runCopy({ ...this.#options.run, ...more, runtime: this.#options.runtime, request, resume });
  }

  /** The engine waits for its events to be heard before it invokes a task: first the file, then the first part. */
  #hear(run: Run, event: MachineEvent): void {
    const entered = enteredBy(event);
    if (entered === undefined || run.unwritten !== undefined) return;
    try {
      this.#save(run, entered);
    } catch (error) {
      // A copy that nobody could clean up after a crash does not go on.
      run.unwritten = error;
      run.stop.abort();
    }
  }

  #save(run: Run, changes: Partial<ExecutionRecord>): void {
    const record = { ...run.record, ...changes };
    this.#folder.write(record);
    run.record = record;
    this.#list(record);
  }

  /** @throws what kept the reason from being written down; a copy that runs stops all the same. */
  #saveStop(run: Run, stopReason: string): void {
    try {
      this.#save(run, { stopReason });
    } catch (error) {
      if (run.begun) {
        run.record = { ...run.record, stopReason };
        run.stop.abort();
      }
      throw error;
    }
  }

  #end(run: Run, end: End): void {
    const { aborting: _, ...record } = run.record;
    const ended = { ...record, ...end, endedAt: this.#now().toISOString() };
    run.record = ended;
    this.#list(ended);
    this.#runs.delete(ended.id);
    try {
      this.#folder.write(ended);
    } catch {
      // The next process runs it again, and finds out the same once more.
      this.#unwritten.set(ended.id, ended);
    }
    this.#options.onChange?.(executionOf(ended));
  }

  #record(id: string): ExecutionRecord | undefined {
    const known = this.#runs.get(id)?.record ?? this.#unwritten.get(id);
    return known ?? (this.#listed.has(id) ? this.#folder.read(id) : undefined);
  }

  #list({ id, state, startedAt, endedAt }: ExecutionRecord): void {
    this.#listed.set(id, { id, state, startedAt, endedAt });
  }

  #requireOpen(): void {
    if (this.#closing === undefined) return;
    throw new CopyError('ProviderUnavailable', 'This server is being ended and starts no copies any more.');
  }

  #now(): Date {
    return this.#options.runtime.clock.now();
  }
}

type End = Pick<ExecutionRecord, 'state' | 'output' | 'error' | 'cause'>;

function endOf(run: Run, result: MachineResult): End {
  if (result.status === 'SUCCEEDED') return { state: 'succeeded', output: result.output };
  const { error, cause, timedOut } = result;
  const { stopReason } = run.record;
  // A stop that was asked for is one, also where the folder could not be written any more.
  if (run.unwritten !== undefined && stopReason === undefined) return { state: 'failed', ...unwritable(run.unwritten) };
  if (error === 'Stopped') return { state: 'stopped', error, cause: stopReason ?? 'The server was ended.' };
  return { state: timedOut ? 'timedOut' : 'failed', error, cause };
}

function unwritable(error: unknown): Pick<End, 'error' | 'cause'> {
  const { cause, ...rest } = unexpected(error);
  return {
    ...rest,
    cause: `The state folder cannot be written: make room or mend it, then start the copy again. ${cause}`,
  };
}

function unexpected(error: unknown): Pick<End, 'error' | 'cause'> {
  return { error: 'States.Runtime', cause: error instanceof Error ? error.message : String(error) };
}
