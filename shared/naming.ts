/** Names that code and cloud must agree on; nobody spells them a second time. */

/** States of the machine `CopyObject`, as an operator reads them in the console. */
export const STATES = {
  start: 'Start',
  way: 'Keep parts on failure?',
  initiate: 'Initiate',
  next: 'One request or parts?',
  copyWhole: 'CopyWhole',
  copyParts: 'CopyParts',
  copySpan: 'CopySpan',
  complete: 'Complete',
  verifyObject: 'VerifyObject',
  verifySpan: 'VerifySpan',
  prove: 'Prove',
  abort: 'Abort',
  succeeded: 'Succeeded',
  failed: 'Failed',
} as const;

/** States that are one invocation of a handler. */
export const TASKS = ['Initiate', 'CopyWhole', 'CopySpan', 'Complete', 'VerifySpan', 'Prove', 'Abort'] as const;
export type TaskName = (typeof TASKS)[number];

/** Makes something of every task. */
export function forEveryTask<T>(make: (name: TaskName) => T): Readonly<Record<TaskName, T>> {
  return {
    Initiate: make('Initiate'),
    CopyWhole: make('CopyWhole'),
    CopySpan: make('CopySpan'),
    Complete: make('Complete'),
    VerifySpan: make('VerifySpan'),
    Prove: make('Prove'),
    Abort: make('Abort'),
  };
}

/**
 * The name of a state on the second way through the machine, which a request with `onFailure: keep` takes: the same
 * states, but an error ends the execution in the state it happened in, so that a redrive goes on from there.
 */
export function kept(state: string): string {
  return `${state} (keep)`;
}

/** The state on the first way that a name of either way means, for whoever reads an execution's history. */
export function stateOfEitherWay(name: string): string {
  return name.endsWith(kept('')) ? name.slice(0, -kept('').length) : name;
}

/** The state machine. */
export const MACHINE_NAME = 'CopyObject';

/** Environment variables of the handlers. */
export const ENV = {
  /** SSM parameter that holds the stores file (YAML or JSON). */
  storesParameter: 'OBJECTFERRY_STORES_PARAMETER',
  /** SSM parameter that holds the rules file as JSON. */
  rulesParameter: 'OBJECTFERRY_RULES_PARAMETER',
  /** SSM parameter with certificates in PEM that pushes of SMN have to be signed by; not set: they are fetched. */
  pinnedCertificatesParameter: 'OBJECTFERRY_PINNED_CERTIFICATES_PARAMETER',
  /** The state machine that copies are started on. */
  machineArn: 'OBJECTFERRY_MACHINE_ARN',
  /** SQS queue of object-created events, and the one for those that no try could help. */
  queueUrl: 'OBJECTFERRY_QUEUE_URL',
  deadLetterQueueUrl: 'OBJECTFERRY_DEAD_LETTER_QUEUE_URL',
  /** So many copies may run at a time before events wait in the queue. */
  maxRunningCopies: 'OBJECTFERRY_MAX_RUNNING_COPIES',
  /** Age in hours from which the sweep removes uploads that nobody here opened; not set: never. */
  sweepUnknownOlderThan: 'OBJECTFERRY_SWEEP_UNKNOWN_OLDER_THAN_HOURS',
} as const;

/** So often is an event tried before it becomes a dead letter; five at least, says AWS, because of throttles. */
export const MAX_RECEIVES = 5;

/** User metadata name, without the provider's prefix, of the token that marks an object as ours. */
export const TOKEN_METADATA = 'objectferry-token';

/** CloudWatch namespace of the metrics, and the dimension they are split by. */
export const METRICS_NAMESPACE = 'Objectferry';
export const METRICS = {
  bytes: 'BytesCopied',
  bytesRead: 'BytesReadBack',
  parts: 'PartsCopied',
  retries: 'Retries',
  throttles: 'Throttles',
  seconds: 'CopySeconds',
  startedCopies: 'CopiesStartedByEvents',
  duplicateEvents: 'DuplicateEvents',
  skippedEvents: 'SkippedEvents',
  failedEvents: 'FailedEvents',
  deferredEvents: 'DeferredEvents',
  deferredAge: 'DeferredEventAge',
  openUploads: 'OpenUploads',
  openUploadBytes: 'OpenUploadBytes',
  oldestUploadHours: 'OldestOpenUploadHours',
  sweptUploads: 'SweptUploads',
} as const;
export const METRIC_DIMENSION = 'store';
