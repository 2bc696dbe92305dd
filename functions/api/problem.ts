import type { Problem } from '@objectferry/shared/api.ts';

/** Every problem that the API itself answers with. A program decides by the name, which is the last part of `type`. */
export const PROBLEMS = {
  InvalidRequest: { status: 400, title: 'The request is not valid.' },
  MalformedJson: { status: 400, title: 'The body is not JSON.' },
  RegionMismatch: { status: 400, title: 'The provider cannot copy between these stores.' },
  Unsupported: { status: 400, title: 'The provider cannot do what was asked for.' },
  Unauthenticated: { status: 401, title: 'It is not known who asks.' },
  LoopbackOnly: { status: 403, title: 'This server is for programs on this machine.' },
  CopyNotFound: { status: 404, title: 'There is no such copy.' },
  RouteNotFound: { status: 404, title: 'There is nothing at this path.' },
  MethodNotAllowed: { status: 405, title: 'This path does not have this method.' },
  CopyEnded: { status: 409, title: 'The copy has ended.' },
  NotResumable: { status: 409, title: 'The copy cannot be resumed.' },
  BodyTooLarge: { status: 413, title: 'The body is too large.' },
  UnsupportedMediaType: { status: 415, title: 'The body has another type than JSON.' },
  IdempotencyKeyReused: { status: 422, title: 'The Idempotency-Key stands for another request.' },
  Throttled: { status: 429, title: 'There are too many requests.' },
  InternalError: { status: 500, title: 'Something went wrong here.' },
  ServiceUnavailable: { status: 503, title: 'A service behind the API does not answer.' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

/** Name of a problem. */
export type ProblemName = keyof typeof PROBLEMS;

export const PROBLEM_TYPE = 'application/problem+json';

/** Ends a request with a problem instead of what was asked for. */
export class ApiProblem extends Error {
  override readonly name: ProblemName;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail one sentence that says what to do next; nothing secret, nothing of the inside. */
  constructor(name: ProblemName, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.name = name;
    this.headers = headers;
  }
}

/** The answer that tells of a problem. @see https://www.rfc-editor.org/rfc/rfc9457 */
export function problemAnswer({ name, message, headers }: ApiProblem): Response {
  const { status, title } = PROBLEMS[name];
  const problem: Problem = { type: `/problems/${name}`, title, status, detail: message };
  return Response.json(problem, { status, headers: { ...headers, 'content-type': PROBLEM_TYPE } });
}
