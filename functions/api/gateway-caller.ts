import * as v from 'valibot';
import { ApiProblem } from './problem.ts';

/**
 * What API Gateway says about the caller, whom it has checked.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const Authorized = v.object({
  requestContext: v.object({
    authorizer: v.union([
      v.object({ iam: v.object({ accountId: v.string(), userId: v.string() }) }),
      v.object({
        jwt: v.object({
          claims: v.object({
            iss: v.optional(v.string()),
            sub: v.optional(v.string()),
            client_id: v.optional(v.string()),
          }),
        }),
      }),
    ]),
  }),
});

/**
 * Who asks, from the event of an HTTP API.
 *
 * @throws ApiProblem Unauthenticated when nobody was checked: a route without an authorizer must not start copies.
 */
export function gatewayCaller(event: unknown): string {
  const authorized = v.safeParse(Authorized, event);
  const caller = authorized.success ? named(authorized.output.requestContext.authorizer) : undefined;
  if (caller !== undefined) return caller;
  throw new ApiProblem(
    'Unauthenticated',
    'The request names no caller: sign it, or send a token, as /openapi.json says.',
  );
}

type Authorizer = v.InferOutput<typeof Authorized>['requestContext']['authorizer'];

function named(authorizer: Authorizer): string | undefined {
  if ('iam' in authorizer) {
    const { accountId, userId } = authorizer.iam;
    // `ROLE:SESSION` of an assumed role: the next session of it may repeat a request of this one.
    return `iam:${accountId}:${userId.split(':', 1)[0]}`;
  }
  const { iss = '', sub, client_id: client } = authorizer.jwt.claims;
  const subject = sub ?? client;
  return subject === undefined ? undefined : `jwt:${iss}:${subject}`;
}
