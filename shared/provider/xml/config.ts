import * as v from 'valibot';
import { type Endpoint, endpointProblem, parseEndpoint } from '../../http/endpoint.ts';

/** 40 handlers with at most 128 sockets each. */
const MOST_IN_FLIGHT = 5120;

const NAME = v.pipe(v.string(), v.nonEmpty('must not be empty.'));

/** `credentials` of a store: where they are, never the credentials themselves. */
export const credentialsField = v.union(
  [v.strictObject({ env: NAME }), v.strictObject({ secret: NAME })],
  'must have either env (a prefix of environment variables) or secret (the name of a secret), and nothing else.',
);

/** `endpoint` of a store. @param example an endpoint of the provider. */
export function endpointField(example: string) {
  return v.pipe(
    v.string(),
    v.check(
      (endpoint) => parseEndpoint(endpoint) !== undefined,
      `must be scheme, host and port only, for example ${example}, without path, query or user name.`,
    ),
    v.toLowerCase(),
  );
}

/** `buckets` of a store. @param pattern what one bucket name, or the beginning of one with a `*` behind, may be. */
export function bucketsField(pattern: RegExp, message: string) {
  return v.pipe(
    v.array(v.pipe(v.string(), v.regex(pattern, message))),
    v.nonEmpty('is empty, name at least one bucket that may be used.'),
    v.readonly(),
  );
}

/** `maxInFlight` of a store. */
export function maxInFlightField(defaultCount: number) {
  return v.optional(
    v.pipe(
      v.number(),
      v.check(
        (count) => Number.isInteger(count) && count >= 1 && count <= MOST_IN_FLIGHT,
        `must be a whole number from 1 to ${MOST_IN_FLIGHT}.`,
      ),
    ),
    defaultCount,
  );
}

/** What is wrong between fields: the field to change, and the rest of a sentence that begins with its name. */
export type FieldProblem<Field extends string = string> = readonly [field: Field, message: string] | undefined;

/** What every store can get wrong between endpoint and scheme. */
export function unsafeEndpoint(endpoint: Endpoint, insecure: boolean): FieldProblem<'endpoint'> {
  const unsafe = endpointProblem(endpoint, insecure);
  return unsafe === undefined ? undefined : ['endpoint', unsafe];
}

/** Checks between fields, for the end of a schema's pipe; the message stands under the field to change. */
export function checkBetween<Fields extends { readonly endpoint: string }>(
  problemOf: (endpoint: Endpoint, fields: Fields) => FieldProblem<keyof Fields & string>,
) {
  return v.rawCheck<Fields>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const endpoint = parseEndpoint(dataset.value.endpoint);
    const problem = endpoint === undefined ? undefined : problemOf(endpoint, dataset.value);
    if (problem === undefined) return;
    const [key, message] = problem;
    const input = { ...dataset.value };
    addIssue({ message, path: [{ type: 'object', origin: 'value', input, key, value: input[key] }] });
  });
}
