import { bindSignal } from '@objectferry/shared/provider/bind-signal.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import type { OpenStore } from '@objectferry/shared/stores.ts';
import type { Task } from '#functions/task.ts';
import { InvocationError, type TaskFunction } from './invoke.ts';

/**
 * A task whose time runs down as on Lambda; at the end the invocation fails the way it does there. One that nobody
 * waits for any more is ended: its requests are dropped and its pauses broken off, as when Lambda freezes it.
 *
 * @param isNew True where the task is that of one execution, which begins only now: its first invocation is known then.
 */
export function withTimeLimit(task: Task, process: ProcessRuntime, seconds: number, isNew = false): TaskFunction {
  let isFirst = isNew;
  return async (payload, abandoned) => {
    const end = performance.now() + seconds * 1000;
    const remainingMs = () => (abandoned.aborted ? 0 : Math.max(0, end - performance.now()));
    const invocation = { remainingMs, isFirst };
    isFirst = false;
    const over = new AbortController();
    const abandon = () => over.abort(abandoned.reason);
    if (abandoned.aborted) abandon();
    abandoned.addEventListener('abort', abandon, { once: true });
    const timedOut = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new InvocationError('Sandbox.Timedout', `Task timed out after ${seconds.toFixed(2)} seconds`);
      timedOut.reject(error);
      over.abort(error);
    }, seconds * 1000);
    try {
      return await Promise.race([task.run(boundTo(process, over.signal), payload, invocation), timedOut.promise]);
    } finally {
      clearTimeout(timer);
      abandoned.removeEventListener('abort', abandon);
    }
  };
}

function boundTo(process: ProcessRuntime, signal: AbortSignal): ProcessRuntime {
  const { stores, clock } = process;
  const bound = new Map<OpenStore, OpenStore>();
  return {
    ...process,
    stores: {
      open: (location, role) => {
        // Each time, because it also says whether the location may be used.
        const store = stores.open(location, role);
        const known = bound.get(store) ?? { ...store, client: bindSignal(store.client, signal) };
        bound.set(store, known);
        return known;
      },
    },
    clock: {
      ...clock,
      sleep: (ms, other) => clock.sleep(ms, other === undefined ? signal : AbortSignal.any([other, signal])),
    },
  };
}
