import { PROBLEM_TYPE, PROBLEMS, type ProblemName } from '#functions/api/problem.ts';
import { refTo, type SchemaName } from './schemas.ts';

/** One sentence per problem, as the API says it; each is an example in the document. */
const DETAILS: Readonly<Record<ProblemName, string>> = {
  InvalidRequest: 'The copy request: source is missing.',
  MalformedJson: 'The body cannot be read as JSON in UTF-8: check its quotes, commas and brackets.',
  RegionMismatch: 'From store hz to store bj: the stores are in different regions.',
  Unsupported: 'options.tags is given, but qingstor does not support it: leave it out.',
  Unauthenticated: 'The request names no caller: sign it, or send a token, as /openapi.json says.',
  LoopbackOnly: 'This server is for this machine alone: ask for http://127.0.0.1 or http://localhost.',
  CopyNotFound:
    'There is no copy of this id: GET /copies lists those there are; copies that ended 90 days ago are forgotten.',
  RouteNotFound: 'There is nothing at this path: GET /openapi.json describes what there is.',
  MethodNotAllowed: 'This path has the methods GET, HEAD, POST.',
  CopyEnded: 'The copy has ended already, as succeeded: GET /copies/api-6f1a0c5d9be84b7f8a2d4c3e5f607182 tells how.',
  NotResumable: 'The copy was not to keep its parts (options.onFailure): start it again instead.',
  BodyTooLarge: 'The body is larger than 64 KiB: a request is much smaller.',
  UnsupportedMediaType: 'Send the request as JSON in UTF-8, with Content-Type: application/json.',
  IdempotencyKeyReused: 'This Idempotency-Key was sent with another request before: send a new key with a new request.',
  Throttled: 'Too many requests came at a time: send it again a little later.',
  InternalError:
    'The request could not be carried out: send it again, and if that does not help, look into the log of the API.',
  ServiceUnavailable: 'A service behind the API did not answer: send the same request again a little later.',
};

const WHEN: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `detail` names the field.',
  401: 'The caller is not known.',
  403: 'The caller may not do this; `objectferry serve` refuses web pages of other sites with a problem.',
  404: 'There is no such copy.',
  405: 'The path does not have this method; `Allow` lists those it has.',
  409: 'The copy is not in a state that allows this; `detail` says why.',
  413: 'The body is larger than 64 KiB.',
  415: 'The body is not declared as JSON.',
  422: 'The Idempotency-Key was sent with another request before.',
  429: 'Too many requests; `Retry-After` says when to try again.',
  500: 'Something went wrong; the log of the API says what.',
  503: 'A service behind the API does not answer; `Retry-After` says when to try again.',
};
/** API Gateway gives these itself. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html */
const BY_GATEWAY: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
const RETRY_AFTER: readonly number[] = [429, 503];
/** Any operation may be answered with these. */
const ANYWHERE = [401, 403, 429, 500, 503] as const;

/** A success, with its examples by name. */
export function success(
  description: string,
  schema: SchemaName,
  examples: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, object>> = {},
): object {
  const media = { schema: refTo(schema), examples: valuesOf(examples) };
  return {
    description,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    content: { 'application/json': media },
  };
}

/** References to the problems of an operation: its own, and those of all. */
export function problems(...own: readonly number[]): Readonly<Record<number, object>> {
  const all = [...own, ...ANYWHERE].sort((a, b) => a - b);
  return Object.fromEntries(all.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]));
}

/** Every problem answer by its name in the document. */
export function problemResponses(used: ReadonlySet<number>): Readonly<Record<string, object>> {
  const statuses = Object.keys(WHEN).map(Number);
  return Object.fromEntries(
    statuses.filter((status) => used.has(status)).map((status) => [`Problem${status}`, problemResponse(status)]),
  );
}

function problemResponse(status: number): object {
  const names = problemNames().filter((name) => PROBLEMS[name].status === status && name !== 'RouteNotFound');
  const examples = Object.fromEntries(names.map((name) => [name, exampleOf(name)]));
  const gateway = BY_GATEWAY[status];
  return {
    description: WHEN[status],
    ...(RETRY_AFTER.includes(status)
      ? { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } }
      : {}),
    content: {
      [PROBLEM_TYPE]: {
        schema: refTo('Problem'),
        ...(names.length > 0 ? { examples: valuesOf(examples) } : {}),
      },
      ...(gateway === undefined
        ? {}
        : {
            'application/json': {
              schema: refTo('GatewayMessage'),
              examples: valuesOf({ gateway: { message: gateway } }),
            },
          }),
    },
  };
}

function exampleOf(name: ProblemName): object {
  return { type: `/problems/${name}`, ...PROBLEMS[name], detail: DETAILS[name] };
}

function problemNames(): ProblemName[] {
  return Object.keys(PROBLEMS).filter((name): name is ProblemName => Object.hasOwn(PROBLEMS, name));
}

function valuesOf(examples: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
