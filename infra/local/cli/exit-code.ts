/** Exit codes of `objectferry`, as `--help` lists them. */
export const DONE = 0;
export const FAILED = 1;
export const BAD_REQUEST = 2;
/** What shells expect of a program that Ctrl-C ended. */
export const STOPPED = 130;
