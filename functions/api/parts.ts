import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import type { Context } from 'hono';
import type { Executions } from '../executions.ts';
import type { ApiLog } from './log.ts';

/** What the routes work with. */
export interface ApiParts {
  readonly executions: Executions;
  /** Asked for when a route needs the stores; it may have to be read first. */
  readonly runtime: () => Promise<ProcessRuntime>;
  /** Who asks, by what the platform has checked. @throws ApiProblem Unauthenticated */
  readonly callerOf: (context: Context) => string;
  readonly log: ApiLog;
}

/** Answers one method of one path. */
export type Route = (context: Context, parts: ApiParts) => Promise<Response> | Response;
