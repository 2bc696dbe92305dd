import { InitiateInput } from '@objectferry/shared/contract.ts';
import { initiate } from '@objectferry/shared/copy/initiate.ts';
import { lambdaHandler } from './lambda.ts';
import { defineTask } from './task.ts';

/** Pins the source, refuses early what cannot work, plans, and opens the upload. */
export const task = defineTask('Initiate', InitiateInput, initiate);
export const handler = lambdaHandler(task);
