import type { FoundUpload } from '@objectferry/shared/copy/list.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { type ListedExecution, type Machine, placeOf } from './ended-copies.ts';
import { executionsSince, hasOpened, mayHaveOpened, type Opener, openerAt } from './executions-at.ts';
import type { Bucket } from './open-uploads.ts';

/** So many executions are looked at closely in one sweep: what Step Functions allows is shared by the whole account. */
const MOST_LOOKS = 1_000;
/** Time to stop, in milliseconds. */
const STOP_MS = 60_000;

/** An open upload, and where it is. */
export type PlacedUpload = Bucket & FoundUpload;

/** There was not enough time to find out. */
export class TooManyLooks extends Error {
  override readonly name = 'TooManyLooks';
}

/** Finds out which execution has opened an upload that nobody knows. */
export class Openers {
  readonly #runtime: Runtime;
  readonly #machine: Machine;
  readonly #since: Date;
  readonly #looked = new Map<string, Promise<Opener | undefined>>();
  #listed: Promise<readonly ListedExecution[]> | undefined;

  /** @param since No execution that matters began before. */
  constructor(runtime: Runtime, machine: Machine, since: Date) {
    this.#runtime = runtime;
    this.#machine = machine;
    this.#since = since;
  }

  /**
   * The execution that has left an upload behind; undefined when there is none, or the upload has to stay: an execution
   * names it, or one that copies to that very key runs.
   *
   * @throws TooManyLooks, and whatever Step Functions answers.
   */
  async of(upload: PlacedUpload): Promise<Opener | undefined> {
    const place = placeOf(upload);
    // Only asked for when there is anything to find out, which is rare.
    this.#listed ??= executionsSince(this.#machine, this.#since);
    const possible = (await this.#listed).filter((execution) => mayHaveOpened(execution, upload.begun));
    const isIts = ({ destination, invoked }: Opener): boolean =>
      destination.store === upload.store && hasOpened({ invoked }, upload.begun);
    const failed = await this.#allAt(
      place,
      possible.filter(({ status }) => status !== 'SUCCEEDED'),
    );
    // What an execution names is for its own clean-up, or kept.
    if (failed.some(({ isRunning, copy }) => isRunning || copy?.uploadId === upload.uploadId)) return undefined;
    const succeeded = possible.filter(({ status }) => status === 'SUCCEEDED');
    return failed.find(isIts) ?? (await this.#firstAt(place, succeeded, isIts));
  }

  async #allAt(place: string, executions: readonly ListedExecution[]): Promise<Opener[]> {
    const found: Opener[] = [];
    for (const execution of executions) {
      const opener = await this.#lookAt(execution, place);
      if (opener !== undefined) found.push(opener);
    }
    return found;
  }

  async #firstAt(
    place: string,
    executions: readonly ListedExecution[],
    isIts: (opener: Opener) => boolean,
  ): Promise<Opener | undefined> {
    // Most uploads are opened just after the start.
    for (const execution of executions.toSorted((a, b) => b.startDate.getTime() - a.startDate.getTime())) {
      const opener = await this.#lookAt(execution, place);
      if (opener !== undefined && isIts(opener)) return opener;
    }
    return undefined;
  }

  #lookAt({ executionArn }: ListedExecution, place: string): Promise<Opener | undefined> {
    const name = `${executionArn} ${place}`;
    const known = this.#looked.get(name);
    if (known !== undefined) return known;
    if (this.#looked.size >= MOST_LOOKS || this.#runtime.remainingMs() < STOP_MS) {
      throw new TooManyLooks('There was not enough time to find out who opened an upload.');
    }
    const look = openerAt(this.#machine.client, executionArn, place);
    this.#looked.set(name, look);
    return look;
  }
}
