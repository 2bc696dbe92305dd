import type { WireRequest } from './answer.ts';
import type { Fault } from './fault-plan.ts';
import type { Target } from './faults.ts';

/** A request that an emulator has answered. */
interface LoggedRequest extends Target {
  readonly id: number;
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
  /** 0 where the connection was reset instead of answered. */
  readonly status: number;
  readonly fault: Fault['kind'] | undefined;
}

/** What an emulator has been asked so far: counters over everything, and the last requests in full. */
export interface RequestLog {
  /** Requests of an operation, or of all. */
  count(operation?: string): number;
  /** Requests by operation. */
  counts(): Readonly<Record<string, number>>;
  /** The last requests, oldest first. */
  readonly recent: readonly LoggedRequest[];
  add(request: WireRequest, target: Target | undefined, status: number, fault: Fault['kind'] | undefined): void;
  clear(): void;
}

/** Counts requests and keeps the last `capacity` of them. */
export function createRequestLog(capacity = 1000): RequestLog {
  const counters = new Map<string, number>();
  let recent: LoggedRequest[] = [];
  return {
    count: (operation) =>
      operation === undefined
        ? [...counters.values()].reduce((sum, count) => sum + count, 0)
        : (counters.get(operation) ?? 0),
    counts: () => Object.fromEntries(counters),
    get recent() {
      return recent.slice(-capacity);
    },
    add: (request, target, status, fault) => {
      const operation = target?.operation ?? 'Unreadable';
      counters.set(operation, (counters.get(operation) ?? 0) + 1);
      recent.push({
        id: request.id,
        method: request.method,
        target: request.target,
        headers: request.headers,
        operation,
        bucket: target?.bucket,
        key: target?.key,
        partNumber: target?.partNumber,
        status,
        fault,
      });
      // Trimmed seldom and in bulk: shifting a long list on every request would be the slowest thing here.
      if (recent.length > 2 * capacity) {
        recent = recent.slice(-capacity);
      }
    },
    clear: () => {
      counters.clear();
      recent = [];
    },
  };
}
