/** What a check came to: `warn` is worth a look, `fail` is in the way of copies. */
type Verdict = 'ok' | 'warn' | 'fail';

/** One line of the doctor's report. */
export interface Finding {
  /** What was looked at: a store, a bucket of one, or a deployment. */
  readonly subject: string;
  readonly check:
    | 'address'
    | 'clock'
    | 'region'
    | 'credentials'
    | 'bucket'
    | 'permissions'
    | 'copy'
    | 'leftovers'
    | 'health'
    | 'version';
  readonly verdict: Verdict;
  /** One sentence; unless all is well, it says what to do. */
  readonly sentence: string;
  /** A policy document that grants what is missing, to paste at the provider. */
  readonly policy?: object | undefined;
}

/** Hears each finding as soon as it is made. */
export type Tell = (finding: Finding) => void;
