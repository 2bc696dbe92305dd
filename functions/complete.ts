import { CompleteInput } from '@objectferry/shared/contract.ts';
import { complete } from '@objectferry/shared/copy/complete.ts';
import { lambdaHandler } from './lambda.ts';
import { defineTask } from './task.ts';

/** Checks every part, completes the upload and proves the result; or sends what is left back to CopyParts. */
export const task = defineTask('Complete', CompleteInput, complete);
export const handler = lambdaHandler(task);
