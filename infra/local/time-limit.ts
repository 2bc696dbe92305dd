import { bindSignal } from '@objectferry/shared/provider/bind-signal.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import type { Task } from '#functions/task.ts';
import { InvocationError, type TaskFunction } from './invoke.ts';

/**
 * A task whose time runs down as on Lambda; at the end the invocation fails the way it does there. One that nobody
 * waits for any more is ended: its requests are dropped and its pauses broken off, as when Lambda freezes it.
 */
export function withTimeLimit(task: Task, process: ProcessRuntime, seconds: number): TaskFunction {
  return async (payload, abandoned) => {
    const end = performance.now() + seconds * 1000;
    const remainingMs = () => (abandoned.aborted ? 0 : Math.max(0, end - performance.now()));
    const over = new AbortController();
    const timedOut = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new InvocationError('Sandbox.Timedout', `Task timed out after ${seconds.toFixed(2)} seconds`);
      timedOut.reject(error);
      over.abort(error);
    }, seconds * 1000);
    try {
      const bound = boundTo(process, AbortSignal.any([abandoned, over.signal]));
      return await Promise.race([task.run(bound, payload, { remainingMs }), timedOut.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}

function boundTo(process: ProcessRuntime, signal: AbortSignal): ProcessRuntime {
  const { stores, clock } = process;
  return {
    ...process,
    stores: {
      open: (location, role) => {
        const store = stores.open(location, role);
        return { ...store, client: bindSignal(store.client, signal) };
      },
    },
    clock: {
      ...clock,
      sleep: (ms, other) => clock.sleep(ms, other === undefined ? signal : AbortSignal.any([other, signal])),
    },
  };
}
