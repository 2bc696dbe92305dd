import type { TaskName } from '@objectferry/shared/naming.ts';
import { task as abort } from './abort.ts';
import { task as complete } from './complete.ts';
import { task as copySpan } from './copy-span.ts';
import { task as copyWhole } from './copy-whole.ts';
import { task as initiate } from './initiate.ts';
import { task as prove } from './prove.ts';
import type { Task } from './task.ts';
import { task as verifySpan } from './verify-span.ts';

/** What every state of the machine that is a task runs, for whoever runs all of them in one process. */
export const TASK_RUNS: Readonly<Record<TaskName, Task>> = {
  Initiate: initiate,
  CopyWhole: copyWhole,
  CopySpan: copySpan,
  Complete: complete,
  VerifySpan: verifySpan,
  Prove: prove,
  Abort: abort,
};
