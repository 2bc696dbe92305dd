import type { CopyError } from '../errors.ts';

/**
 * Starts a copy under an id of the caller's choice.
 *
 * @returns `exists` when that id was started before.
 * @throws CopyError retryable when it may work later; an error named `ExecutionConflict` when the id was used for
 * another request.
 */
export type StartCopy = (copy: { readonly id: string; readonly request: unknown }) => Promise<'started' | 'exists'>;

/** What became of one event under one rule; without a rule where none was about it. */
export interface Outcome {
  readonly outcome: 'started' | 'exists' | 'skipped' | 'failed';
  readonly rule?: string | undefined;
  /** The execution's. */
  readonly id?: string | undefined;
  /** As `store://bucket/key`. */
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  /** One sentence, for everything but a start. */
  readonly reason?: string | undefined;
  /** Why it failed for good: another try of the same message would fail the same way. */
  readonly error?: CopyError | undefined;
}
