import { AbortInput } from '@objectferry/shared/contract.ts';
import { abort } from '@objectferry/shared/copy/abort.ts';
import { lambdaHandler } from './lambda.ts';
import { defineTask } from './task.ts';

/** Leaves no upload behind. */
export const task = defineTask('Abort', AbortInput, abort);
export const handler = lambdaHandler(task);
