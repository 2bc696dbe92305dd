import type { Runtime } from '@objectferry/shared/runtime.ts';
import type { Task } from '#functions/task.ts';
import { InvocationError, type TaskFunction } from './invoke.ts';

/** A task whose time runs down as on Lambda; at the end the invocation fails the way it does there. */
export function withTimeLimit(task: Task, runtime: Runtime, seconds: number): TaskFunction {
  return async (payload, abandoned) => {
    const end = performance.now() + seconds * 1000;
    // Nothing can end a task by force here, but one that is abandoned sees no time left and begins no further work.
    const remainingMs = () => (abandoned.aborted ? 0 : Math.max(0, end - performance.now()));
    const timedOut = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      timedOut.reject(new InvocationError('Sandbox.Timedout', `Task timed out after ${seconds.toFixed(2)} seconds`));
    }, seconds * 1000);
    try {
      return await Promise.race([task.run(runtime, payload, { remainingMs }), timedOut.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
