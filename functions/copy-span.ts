import { CopySpanInput } from '@objectferry/shared/contract.ts';
import { copySpan } from '@objectferry/shared/copy/copy-span.ts';
import { lambdaHandler } from './lambda.ts';
import { defineTask } from './task.ts';

/** Copies a run of parts; returns what is left when the time runs out. */
export const task = defineTask('CopySpan', CopySpanInput, copySpan);
export const handler = lambdaHandler(task);
