/** Names that code and cloud must agree on; nobody spells them a second time. */

/** States of the machine `CopyObject`, as an operator reads them in the console. */
export const STATES = {
  start: 'Start',
  initiate: 'Initiate',
  next: 'One request or parts?',
  copyWhole: 'CopyWhole',
  copyParts: 'CopyParts',
  copySpan: 'CopySpan',
  complete: 'Complete',
  abort: 'Abort',
  succeeded: 'Succeeded',
  failed: 'Failed',
} as const;

/** States that are one invocation of a handler. */
export const TASKS = ['Initiate', 'CopyWhole', 'CopySpan', 'Complete', 'Abort'] as const;
export type TaskName = (typeof TASKS)[number];

/** The state machine. */
export const MACHINE_NAME = 'CopyObject';

/** Environment variables of the handlers. */
export const ENV = {
  /** SSM parameter that holds the stores file (YAML or JSON). */
  storesParameter: 'OBJECTFERRY_STORES_PARAMETER',
} as const;

/** User metadata name, without the provider's prefix, of the token that marks an object as ours. */
export const TOKEN_METADATA = 'objectferry-token';
