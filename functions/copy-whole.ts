import { CopyWholeInput } from '@objectferry/shared/contract.ts';
import { copyWhole } from '@objectferry/shared/copy/copy-whole.ts';
import { lambdaHandler } from './lambda.ts';
import { defineTask } from './task.ts';

/** Copies the object with one request and proves the result. */
export const task = defineTask('CopyWhole', CopyWholeInput, copyWhole);
export const handler = lambdaHandler(task);
