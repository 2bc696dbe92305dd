import { ProveInput } from '@objectferry/shared/contract.ts';
import { prove } from '@objectferry/shared/copy/prove.ts';
import { lambdaHandler } from './lambda.ts';
import { defineTask } from './task.ts';

/** Puts what was read back into the receipt; or sends what is left back to VerifyObject. */
export const task = defineTask('Prove', ProveInput, prove);
export const handler = lambdaHandler(task);
