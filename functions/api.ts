import { SFNClient } from '@aws-sdk/client-sfn';
import type { Context } from 'aws-lambda';
import type { Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { createApi } from './api/app.ts';
import { gatewayCaller } from './api/gateway-caller.ts';
import { lambdaRuntime, logger, setting } from './runtime.ts';
import { createStepFunctionsExecutions } from './step-functions-executions.ts';

// A caller waits at most 30 seconds, for two or three requests that take milliseconds each; adaptive, because other
// functions share the account's rate.
const client = new SFNClient({
  retryMode: 'adaptive',
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
});

let app: Hono | undefined;

/** Answers the API behind API Gateway (HTTP API, payload 2.0). */
export const handler = async (event: LambdaEvent, context: Context) => {
  logger.addContext(context);
  // Stands in the access log and in the headers of the answer as well.
  if ('requestId' in event.requestContext) logger.setCorrelationId(event.requestContext.requestId);
  app ??= createApi({
    executions: createStepFunctionsExecutions(client, setting('machineArn')),
    runtime: lambdaRuntime,
    callerOf: ({ env }) => gatewayCaller(env.event),
    log: logger,
  });
  return handle(app)(readable(event), context);
};

/** A request of these methods has no body by the standard of `Request`, but a client may send one. */
function readable(event: LambdaEvent): LambdaEvent {
  const bodiless = 'routeKey' in event && ['GET', 'HEAD'].includes(event.requestContext.http.method);
  return bodiless ? { ...event, body: null } : event;
}
