import type { Health } from '@objectferry/shared/api.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { type Context, Hono } from 'hono';
import type { Executions } from '../executions.ts';
import { answerHeaders } from './answer-headers.ts';
import { listCopies } from './list-copies.ts';
import { type ApiLog, stderrLog } from './log.ts';
import { openapi } from './openapi.ts';
import type { ApiParts, Route } from './parts.ts';
import { ApiProblem, problemAnswer } from './problem.ts';
import { problemOf } from './problem-of.ts';
import { resumeCopy } from './resume-copy.ts';
import { showCopy } from './show-copy.ts';
import { startCopy } from './start-copy.ts';
import { stopCopy } from './stop-copy.ts';

export interface ApiOptions {
  /** What runs the copies. */
  readonly executions: Executions;
  /** The stores that requests may name; a function where they have to be read first. */
  readonly runtime: ProcessRuntime | (() => Promise<ProcessRuntime>);
  /** Who asks, for ids and the log; default: one caller, `local`. @throws ApiProblem Unauthenticated */
  readonly callerOf?: ((context: Context) => string) | undefined;
  /** Where warnings and unexpected errors go; default: stderr. */
  readonly log?: ApiLog | undefined;
}

/** Paths and their methods. What is not listed here is answered with a problem. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/copies': { GET: listCopies, POST: startCopy },
  '/copies/:id': { GET: showCopy, DELETE: stopCopy },
  '/copies/:id/resume': { POST: resumeCopy },
  '/health': { GET: (context) => context.json({ status: 'ok' } satisfies Health) },
  '/openapi.json': { GET: (context) => context.json(openapi) },
};

/**
 * The API as an app that answers any `Request`: behind API Gateway, on loopback and in tests. It can be mounted in
 * another app, so it says by routes, and not by that app's own means, what it does not have.
 */
export function createApi({ executions, runtime, callerOf = () => 'local', log = stderrLog }: ApiOptions): Hono {
  const load = typeof runtime === 'function' ? runtime : async () => runtime;
  const parts: ApiParts = { executions, runtime: load, callerOf, log };
  const app = new Hono();
  app.onError((error) => {
    const problem = problemOf(error);
    if (problem.name === 'InternalError' || problem.name === 'ServiceUnavailable') log.error('request failed', error);
    return problemAnswer(problem);
  });
  app.use(answerHeaders);
  // Nobody gets past here whom the platform does not know, whatever the route.
  app.use(async (context, next) => {
    callerOf(context);
    await next();
  });
  for (const [path, methods] of Object.entries(ROUTES)) {
    for (const [method, route] of Object.entries(methods)) {
      app.on(method, path, async (context) => route(context, parts));
    }
    app.all(path, methodNotAllowed(Object.keys(methods)));
  }
  app.all('*', () => {
    throw new ApiProblem('RouteNotFound', 'There is nothing at this path: GET /openapi.json describes what there is.');
  });
  return app;
}

function methodNotAllowed(methods: readonly string[]): () => never {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return () => {
    throw new ApiProblem('MethodNotAllowed', `This path has the methods ${allow}.`, { allow });
  };
}
