import type { CopyOptions, PinnedCopy } from '@objectferry/shared/contract.ts';
import type { Window } from '@objectferry/shared/copy/lost-uploads.ts';
import { partRange } from '@objectferry/shared/copy/plan.ts';
import { STATES } from '@objectferry/shared/naming.ts';
import * as v from 'valibot';
import type { MachineResult, Resume } from '../engine.ts';
import { type ExecutionRecord, pinnedIn, pinnedOf } from '../executions/record.ts';
import { enteredBy, resumeAfterCrash, throughAbort, throughLostWindows } from '../executions/resume.ts';
import { throughJson } from '../limits.ts';
import { type LocalCopy, runCopy } from '../local-copy.ts';
import type { MachineEvent } from '../machine-event.ts';
import type { Journal } from './journal.ts';
import { lookAt } from './look.ts';
import { goingOn } from './sentences.ts';

/** A request that was on its way when its process died has been carried out, or dropped, when this is over. */
const ON_ITS_WAY_MS = 600_000;

export interface ResumableCopy extends Omit<LocalCopy, 'resume' | 'onEvent'> {
  readonly id: string;
  readonly journal: Journal;
  /** What the journal says of whoever runs the copy. */
  readonly by: { readonly pid: number; readonly command: string };
  /** Hears in sentences what becomes of an interrupted copy. */
  readonly tell: (sentence: string) => void;
  /** Hears what somebody has to know who wants no progress either. */
  readonly warn: (sentence: string) => void;
}

/** How a copy ended, and what it left at the provider: parts that were to be kept, or what could not be removed. */
export type ResumableResult = MachineResult & {
  readonly left?: { readonly what: 'kept' | 'unremoved'; readonly copy: PinnedCopy } | undefined;
  /** It went on with what a process before this one had begun. */
  readonly resumed: boolean;
};

/**
 * Runs a copy, and goes on with what a process before this one has left of the same copy: the state it was in is entered
 * again, with the upload, plan and source that the journal names, and no others. Where that cannot be gone on with (the
 * source was replaced, the upload is gone, it was being aborted) what is left of it is removed, and the copy begins anew.
 */
export function runResumable(options: ResumableCopy): Promise<ResumableResult> {
  return new OneCopy(options).run();
}

/** The last state of a copy whose Abort has failed. */
const AbortFailed = v.object({ abortError: v.object({ Error: v.string(), Cause: v.optional(v.string(), '') }) });
type AbortError = v.InferOutput<typeof AbortFailed>['abortError'];

/** No way back to these: the parts that are there are of no use. */
const USELESS: readonly string[] = ['SourceChanged', 'UploadGone'];

class OneCopy {
  readonly #options: ResumableCopy;
  #record: ExecutionRecord;
  #abortError: AbortError | undefined;
  #unwritten = false;

  constructor(options: ResumableCopy) {
    this.#options = options;
    this.#record = options.journal.left ?? this.#fresh();
  }

  async run(): Promise<ResumableResult> {
    const { left } = this.#options.journal;
    const resume = left === undefined ? undefined : await this.#takeUp(left);
    if (resume !== undefined && 'status' in resume) return this.#unremoved(resume);
    if (resume === undefined) return this.#end(await this.#begin(), false);
    const { endedAt: _, error: __, cause: ___, ...record } = this.#record;
    this.#save({ ...record, state: 'running', by: this.#options.by });
    const result = await this.#machine(resume, true);
    if (result.status === 'SUCCEEDED' || !USELESS.includes(result.error) || this.#options.signal?.aborted) {
      return this.#end(result, true);
    }
    const failure = await this.#beginAnew(
      result.error === 'UploadGone' ? 'its upload is gone' : 'the source was replaced',
    );
    if (failure !== undefined) return this.#unremoved(failure);
    return this.#end(await this.#begin(), true);
  }

  /** @returns where to go on; undefined: at the beginning; a failure: what was left could not be removed. */
  async #takeUp(left: ExecutionRecord): Promise<Resume | MachineResult | undefined> {
    const { runtime, signal, tell } = this.#options;
    if (left.aborting !== undefined) return this.#finishAbort(left.aborting.input);
    const copy = pinnedOf(left);
    const resume = resumeAfterCrash(left);
    if (left.at === undefined || copy === undefined || resume === undefined) {
      await this.#abortUnheard(left);
      return undefined;
    }
    const look = await Promise.race([lookAt(runtime, { state: left.at.state, copy }, signal), stopped(signal)]);
    if (!look.goesOn) return this.#beginAnew(look.why);
    tell(goingOn(left, copy, look.parts));
    this.#show(copy, look.parts ?? []);
    return resume;
  }

  /** Removes what an interrupted copy has left, whether its parts were to be kept or not: they are of no use. */
  async #beginAnew(why: string): Promise<MachineResult | undefined> {
    const { runtime, tell } = this.#options;
    tell(`The copy that was begun at ${this.#record.startedAt} cannot go on, because ${why}: it begins anew.`);
    const { at } = this.#record;
    const leftOver = withoutKeeping(at?.input);
    return this.#removed(throughAbort({ ...this.#record, leftOver }, runtime.clock.now()));
  }

  async #finishAbort(input: unknown): Promise<MachineResult | undefined> {
    const { runtime, tell } = this.#options;
    tell(`The copy that was begun at ${this.#record.startedAt} was being aborted: that is finished first.`);
    const startedAt = new Date(this.#record.ranAt ?? runtime.clock.now());
    return this.#removed({ state: STATES.abort, input, startedAt });
  }

  /** @returns the failure of Abort; undefined when nothing is left. */
  async #removed(abort: Resume): Promise<MachineResult | undefined> {
    const result = await this.#machine(abort, false);
    const failed = this.#abortError;
    if (failed === undefined) return undefined;
    // Uploads that may be there, and have no parts: not being able to look is no reason to copy nothing.
    if (pinnedIn(abort.input)?.uploadId === undefined) return undefined;
    return { ...result, status: 'FAILED', error: failed.Error, cause: failed.Cause };
  }

  /** A process before this one has died while Initiate was at work: it may have opened an upload. */
  async #abortUnheard(left: ExecutionRecord): Promise<void> {
    const { request, runtime } = this.#options;
    const now = runtime.clock.now();
    const { unheard = [], ranAt } = left;
    const died = ranAt === undefined ? [] : [{ from: ranAt, to: now.toISOString() }];
    const windows = [...unheard, ...died];
    await this.#abortIn(request, windows);
    const recent = new Date(now.getTime() - ON_ITS_WAY_MS).toISOString();
    this.#record = { ...this.#record, unheard: windows.filter(({ to }) => to > recent) };
  }

  async #abortIn(request: unknown, windows: NonNullable<ExecutionRecord['unheard']>): Promise<void> {
    const [first, ...others] = windows.map(({ from, to }): Window => ({ from: new Date(from), to: new Date(to) }));
    if (first !== undefined) await this.#machine(throughLostWindows(request, [first, ...others]), false);
  }

  /** Begins with the first state. */
  #begin(): Promise<MachineResult> {
    const { unheard } = this.#record;
    this.#save({ ...this.#fresh(), ...(unheard && { unheard }) });
    return this.#machine(undefined, true);
  }

  #fresh(): ExecutionRecord {
    const { id, request, by, runtime } = this.#options;
    const now = runtime.clock.now().toISOString();
    return { version: 1, id, request: throughJson(request), state: 'running', startedAt: now, ranAt: now, by };
  }

  /** @param recorded That this is the copy itself, which a process after this one has to know about. */
  #machine(resume: Resume | undefined, recorded: boolean): Promise<MachineResult> {
    const { id: _, journal: __, by: ___, tell: ____, warn: _____, signal, ...copy } = this.#options;
    this.#abortError = undefined;
    const onEvent = (event: MachineEvent): void => this.#hear(event, recorded);
    // What cleans up is not to be stopped.
    return runCopy({ ...copy, resume, onEvent, ...(recorded && { signal }) });
  }

  /** The engine waits for its events to be heard before it invokes a task: first the file, then the first part. */
  #hear(event: MachineEvent, recorded: boolean): void {
    if (event.type === 'StateEntered' && event.state.name === STATES.failed) {
      const failed = v.safeParse(AbortFailed, event.state.input);
      if (failed.success) this.#abortError = failed.output.abortError;
    }
    const entered = enteredBy(event);
    if (recorded && entered !== undefined) this.#save({ ...this.#record, ...entered });
  }

  #save(record: ExecutionRecord): void {
    this.#record = record;
    if (this.#unwritten) return;
    try {
      this.#options.journal.write(record);
    } catch (error) {
      this.#unwritten = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.warn(`The copy goes on, but its journal cannot be written, so it cannot be resumed: ${reason}`);
    }
  }

  async #end(result: MachineResult, resumed: boolean): Promise<ResumableResult> {
    const left = result.status === 'SUCCEEDED' ? undefined : await this.#leftBy(result);
    if (this.#record.unheard !== undefined) await this.#abortIn(this.#options.request, this.#record.unheard);
    if (left === undefined) this.#forget();
    if (left?.what === 'kept') this.#saveFailure(result);
    return { ...result, resumed, ...(left?.copy && { left: { what: left.what, copy: left.copy } }) };
  }

  /** What a copy that failed has left; what it should not have left is removed. Undefined for nothing. */
  async #leftBy(result: Failed): Promise<Left | undefined> {
    const copy = pinnedOf(this.#record);
    // On the way with a Catch Abort has been there, unless the time was over before its end.
    if (this.#record.aborting !== undefined && !result.timedOut) return this.#abortError && { what: 'unremoved', copy };
    if (copy !== undefined && copy.uploadId === undefined) return undefined;
    if (copy?.options.onFailure === 'keep' && result.error !== 'UploadGone') return { what: 'kept', copy };
    const abort = copy === undefined ? this.#throughAbortOfInitiate(result) : throughAbort(this.#record, this.#now());
    await this.#machine(abort, false);
    return this.#abortError && { what: 'unremoved', copy };
  }

  /** On the way that keeps parts nobody looks for what Initiate left; it has nothing to keep. */
  #throughAbortOfInitiate({ error, cause, timedOut }: Failed): Resume {
    const startedAt = new Date(this.#record.startedAt);
    if (timedOut) return throughAbort(this.#record, this.#now());
    const { request } = this.#options;
    return { state: STATES.abort, input: { request, error: { Error: error, Cause: cause } }, startedAt };
  }

  #saveFailure(result: MachineResult): void {
    if (result.status === 'SUCCEEDED') return;
    const { error, cause } = result;
    this.#save({ ...this.#record, state: 'failed', error, cause, endedAt: this.#now().toISOString() });
  }

  #forget(): void {
    try {
      this.#options.journal.remove();
    } catch {
      // The next run of the same copy looks at it, and begins anew.
    }
  }

  #unremoved(result: MachineResult): ResumableResult {
    const copy = pinnedIn(this.#record.aborting?.input) ?? pinnedOf(this.#record);
    return { ...result, resumed: true, ...(copy && { left: { what: 'unremoved', copy } }) };
  }

  /** Begins the display where the copy goes on. */
  #show(copy: PinnedCopy, parts: readonly number[]): void {
    const { size, partSize, partCount, spanCount, uploadId } = copy;
    const { observe } = this.#options.runtime;
    const strategy = uploadId === undefined ? 'whole' : 'parts';
    observe({ type: 'planned', strategy, size, partSize, partCount, spanCount });
    for (const partNumber of parts) {
      observe({ type: 'part', partNumber, bytes: partRange(copy, partNumber).length, adopted: true });
    }
  }

  #now(): Date {
    return this.#options.runtime.clock.now();
  }
}

type Failed = Extract<MachineResult, { status: 'FAILED' }>;

interface Left {
  readonly what: 'kept' | 'unremoved';
  /** Unknown where Initiate did not get through. */
  readonly copy: PinnedCopy | undefined;
}

function withoutKeeping(input: unknown): unknown {
  const copy = pinnedIn(input);
  if (copy === undefined) return input;
  const options: Pick<CopyOptions, 'onFailure'> = { onFailure: 'abort' };
  return { copy: { ...copy, options: { ...copy.options, ...options } } };
}

/** The machine itself takes a stopped copy to its end. */
function stopped(signal: AbortSignal | undefined): Promise<{ readonly goesOn: true; readonly parts: undefined }> {
  return new Promise((resolve) => {
    const stop = () => resolve({ goesOn: true, parts: undefined });
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}
