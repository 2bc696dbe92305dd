import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import type { Context } from 'aws-lambda';
import { CopyMeter } from './metrics.ts';
import { lambdaRuntime, logger } from './runtime.ts';
import type { Invocation, Task } from './task.ts';

/** A function of Lambda, as Lambda calls it. */
export type LambdaHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Makes a task a Lambda handler. What it throws keeps its name, which the state machine matches. */
export function lambdaHandler(task: Task): LambdaHandler {
  return invoked(async (event, invocation) => {
    const meter = new CopyMeter();
    const runtime = heard(await lambdaRuntime(), meter);
    let answer: unknown;
    try {
      answer = await task.run(runtime, event, invocation);
      return answer;
    } finally {
      meter.report(event, answer);
    }
  });
}

/** Makes a Lambda handler of a function: with its own lines in the log, and its failures told there. */
export function invoked(run: (event: unknown, invocation: Invocation) => Promise<unknown>): LambdaHandler {
  return async (event, context) => {
    logger.addContext(context);
    try {
      return await run(event, { remainingMs: () => context.getRemainingTimeInMillis() });
    } catch (error) {
      if (error instanceof Error) logger.error('failed', error);
      throw error;
    }
  };
}

function heard(runtime: ProcessRuntime, meter: CopyMeter): ProcessRuntime {
  return {
    ...runtime,
    observe: (event) => {
      meter.observe(event);
      runtime.observe(event);
    },
  };
}
