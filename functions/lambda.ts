import type { Context } from 'aws-lambda';
import { lambdaRuntime, logger } from './runtime.ts';
import type { Task } from './task.ts';

/** Makes a task a Lambda handler. What it throws keeps its name, which the state machine matches. */
export function lambdaHandler(task: Task): (event: unknown, context: Context) => Promise<unknown> {
  return async (event, context) => {
    logger.addContext(context);
    try {
      const invocation = { remainingMs: () => context.getRemainingTimeInMillis() };
      return await task.run(await lambdaRuntime(), event, invocation);
    } catch (error) {
      if (error instanceof Error) logger.error('failed', error);
      throw error;
    }
  };
}
