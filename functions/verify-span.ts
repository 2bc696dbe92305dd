import { VerifySpanInput } from '@objectferry/shared/contract.ts';
import { verifySpan } from '@objectferry/shared/copy/verify-span.ts';
import { lambdaHandler } from './lambda.ts';
import { defineTask } from './task.ts';

/** Reads a run of bytes of both sides back and compares them; returns what is left when the time runs out. */
export const task = defineTask('VerifySpan', VerifySpanInput, verifySpan);
export const handler = lambdaHandler(task);
