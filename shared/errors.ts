/**
 * The closed list of error names. The state machine's Retry and Catch lists, the exit codes and the
 * documentation are made from this table, so a name stands here exactly once.
 *
 * `retryable` is a property of the name, never of one error: a program decides by name alone.
 * `advice` is the operator's sentence: what to do next.
 */
const TABLE = {
  Throttled: {
    retryable: true,
    advice: 'The provider asks for fewer requests: lower options.maxInFlight, or wait and start the copy again.',
  },
  ProviderUnavailable: {
    retryable: true,
    advice: "The provider failed repeatedly: check the provider's status page, then start the copy again.",
  },
  Timeout: {
    retryable: true,
    advice: 'The provider did not answer in time: check the endpoint and the network, or choose a smaller part size.',
  },
  ConnectionLost: {
    retryable: true,
    advice: "The connection could not be made or broke: check the store's endpoint and the network.",
  },
  MissingETag: {
    retryable: true,
    advice:
      'The provider reported success without an ETag on every try: start the copy again, and report it to the provider.',
  },
  IncompleteAnswer: {
    retryable: true,
    advice:
      'The provider sent an answer that is cut off or malformed: check for a proxy in between, then start the copy again.',
  },
  InvalidRequest: { retryable: false, advice: 'Correct the request as the message says.' },
  InvalidConfig: { retryable: false, advice: 'Correct the stores file or the credentials as the message says.' },
  SourceNotFound: {
    retryable: false,
    advice:
      'Check the bucket, key and version of the source; a deleted object can only be copied by naming an older version.',
  },
  SourceChanged: {
    retryable: false,
    advice: 'The source was replaced while it was being copied: start the copy again, it will pin the new content.',
  },
  SourceArchived: {
    retryable: false,
    advice: 'Restore the object first, wait until the restore is finished, then start the copy again.',
  },
  SourceNotCopyable: {
    retryable: false,
    advice: 'This type of object cannot be copied on the provider side: write it to a normal object first.',
  },
  PreconditionFailed: {
    retryable: false,
    advice: 'The condition in options.ifSource does not hold for the source, so nothing was copied.',
  },
  DestinationExists: {
    retryable: false,
    advice: 'Choose another key, or allow overwriting with options.overwrite.',
  },
  DestinationChanged: {
    retryable: false,
    advice:
      'Somebody else wrote or deleted the destination after this copy had: decide whose object is to stay, then start the copy again.',
  },
  AccessDenied: {
    retryable: false,
    advice: 'Grant the credentials read access to the source and write access to the destination.',
  },
  Unauthenticated: {
    retryable: false,
    advice: "Check the store's access key, secret and session token, and this machine's clock.",
  },
  BucketNotFound: { retryable: false, advice: "Check the bucket's name and the store's region and endpoint." },
  Immutable: {
    retryable: false,
    advice: 'A retention policy protects the object: choose another key or bucket, or wait until the retention ends.',
  },
  RegionMismatch: {
    retryable: false,
    advice: 'The provider copies only inside one region: choose a destination bucket in the region of the source.',
  },
  UploadGone: {
    retryable: false,
    advice: 'Somebody aborted or completed the multipart upload: start the copy again.',
  },
  TooLarge: { retryable: false, advice: "The object is above the provider's limit and cannot be copied there." },
  OverBudget: {
    retryable: false,
    advice:
      'Nothing was begun: raise options.maxDollars, or choose larger parts; objectferry estimate shows what each costs.',
  },
  Unsupported: { retryable: false, advice: 'The provider cannot do what an option asks for: remove that option.' },
  ChecksumMismatch: {
    retryable: false,
    advice:
      'Do not use the destination object: start the copy again, and report it to the provider if it happens twice.',
  },
  Unknown: { retryable: false, advice: 'Look up the provider code and request id with the provider.' },
} as const satisfies Record<string, { readonly retryable: boolean; readonly advice: string }>;

/** A name from the closed list of errors. */
export type ErrorName = keyof typeof TABLE;

/** Every error name, in the order of the design. */
export const ERROR_NAMES = Object.keys(TABLE).filter(isErrorName);

/** Names worth another try with the same input. */
export const RETRYABLE_ERRORS: readonly ErrorName[] = ERROR_NAMES.filter((name) => TABLE[name].retryable);

/** Tells whether a text (for example the error type of a failed execution) is one of ours. */
export function isErrorName(text: string): text is ErrorName {
  return Object.hasOwn(TABLE, text);
}

/** The operator's sentence for a name: what to do next. */
export function adviceFor(name: ErrorName): string {
  return TABLE[name].advice;
}

/** What is known about a failure besides its name; none of it may hold a secret. */
export interface ErrorFacts {
  /** Provider name, for example `oss`. */
  readonly provider?: string | undefined;
  /** Operation in the provider's own words, for example `UploadPartCopy`. */
  readonly operation?: string | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  /** The provider's own error code, for example `NoSuchKey`. */
  readonly code?: string | undefined;
  /** Request ids that the provider's support asks for. */
  readonly requestIds?: readonly string[] | undefined;
  /** How long the provider asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The multipart upload that it happened to. */
  readonly uploadId?: string | undefined;
  /** What else a person or Abort has to know. */
  readonly notes?: readonly string[] | undefined;
  /** The part that failed, 1-based. */
  readonly partNumber?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class. `name` is from the closed list, so that Lambda reports it as the error type and
 * the state machine can match it; `message` is one sentence for a person, followed by the facts in brackets.
 */
export class CopyError extends Error {
  override readonly name: ErrorName;
  readonly facts: ErrorFacts;
  /** The sentence without the facts. */
  readonly summary: string;

  constructor(name: ErrorName, summary: string, facts: ErrorFacts = {}) {
    super(`${summary}${bracketed(facts)}`, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = name;
    this.summary = summary;
    this.facts = facts;
  }
}

/** True for the errors on which the same request is worth another try. */
export function isRetryable(error: unknown): error is CopyError {
  return error instanceof CopyError && TABLE[error.name].retryable;
}

/** The same error with more facts, for a caller that knows more than the thrower did. */
export function withFacts(error: CopyError, facts: ErrorFacts): CopyError {
  return new CopyError(error.name, error.summary, { ...error.facts, ...facts });
}

function bracketed({
  provider,
  operation,
  status,
  code,
  requestIds,
  partNumber,
  uploadId,
  notes = [],
}: ErrorFacts): string {
  const facts = [
    provider,
    operation,
    partNumber === undefined ? undefined : `part ${partNumber}`,
    status === undefined ? undefined : `status ${status}`,
    code,
    requestIds === undefined || requestIds.length === 0 ? undefined : `request ${requestIds.join(' ')}`,
    uploadId === undefined ? undefined : `upload ${uploadId}`,
    ...notes,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? '' : ` [${facts.join(', ')}]`;
}
