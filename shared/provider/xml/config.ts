import * as v from 'valibot';
import { type Endpoint, endpointProblem, isAddressHost, parseEndpoint } from '../../http/endpoint.ts';
import type { StoreConfig } from '../provider.ts';

/** 40 handlers with at most 128 sockets each. */
const MOST_IN_FLIGHT = 5120;

const NAME = v.pipe(v.string(), v.nonEmpty('must not be empty.'));

/** What a shell takes as the name of a variable, so that most keys that are typed there by mistake are not. */
const VARIABLE = v.pipe(
  NAME,
  v.regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the beginning of the names of environment variables.'),
);

/** Where the credentials are, never the credentials themselves. */
const credentialsField = v.union(
  [v.strictObject({ env: VARIABLE }), v.strictObject({ secret: NAME })],
  'must have either env (a prefix of environment variables) or secret (the name of a secret), and nothing else.',
);

function endpointField(example: string) {
  return v.pipe(
    v.string(),
    v.check(
      (endpoint) => parseEndpoint(endpoint) !== undefined,
      `must be scheme, host and port only, for example ${example}, without path, query or user name.`,
    ),
    v.transform(canonicalEndpoint),
  );
}

/** One text for one place, because texts are compared to tell whether two stores are one. */
function canonicalEndpoint(text: string): string {
  const endpoint = parseEndpoint(text);
  return endpoint === undefined ? text : `${endpoint.scheme}://${endpoint.host}${endpoint.port}`;
}

function bucketsField({ pattern, message }: OwnFields<string, unknown>['buckets']) {
  return v.pipe(
    v.array(v.pipe(v.string(), v.regex(pattern, message))),
    v.nonEmpty('is empty, name at least one bucket that may be used.'),
    v.readonly(),
  );
}

function maxInFlightField(defaultCount: number) {
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

const POSITIVE = v.pipe(
  v.number(),
  v.check((value) => Number.isFinite(value) && value > 0, 'must be more than 0.'),
);
const PRICE = v.pipe(
  v.number(),
  v.check((value) => Number.isFinite(value) && value >= 0, 'must be 0 or more.'),
);

const rateField = v.optional(
  v.strictObject({ secondsPerRequest: v.optional(POSITIVE), mibPerSecond: v.optional(POSITIVE) }),
);

const pricesField = v.optional(
  v.strictObject({
    currency: v.picklist(['USD', 'CNY']),
    writesPerMillion: PRICE,
    readsPerMillion: PRICE,
    date: v.optional(NAME),
  }),
);

/** What makes the fields of one provider's stores its own. */
interface OwnFields<Name extends string, Region> {
  readonly provider: Name;
  readonly region: Region;
  /** An endpoint of the provider, for a sentence. */
  readonly endpoint: string;
  /** What one bucket name, or the beginning of one with a `*` behind, may be. */
  readonly buckets: { readonly pattern: RegExp; readonly message: string };
  /** Requests in flight where the stores file does not say. */
  readonly maxInFlight: number;
}

/** The fields that the stores of every provider have, to be spread into its schema. */
export function storeFields<Name extends string, Region>(own: OwnFields<Name, Region>) {
  return {
    provider: v.literal(own.provider),
    region: own.region,
    endpoint: endpointField(own.endpoint),
    addressing: v.optional(v.picklist(['virtual', 'path']), 'virtual'),
    insecure: v.optional(v.boolean(), false),
    credentials: credentialsField,
    buckets: bucketsField(own.buckets),
    maxInFlight: maxInFlightField(own.maxInFlight),
    rate: rateField,
    prices: pricesField,
  };
}

/** What is wrong between fields: the field to change, and the rest of a sentence that begins with its name. */
export type FieldProblem<Field extends string = string> = readonly [field: Field, message: string] | undefined;

/** What every store can get wrong between endpoint and scheme. */
export function unsafeEndpoint(endpoint: Endpoint, insecure: boolean): FieldProblem<'endpoint'> {
  const unsafe = endpointProblem(endpoint, insecure);
  return unsafe === undefined ? undefined : ['endpoint', unsafe];
}

/** What every store can get wrong between endpoint and addressing. */
export function addressingProblem(
  endpoint: Endpoint,
  { addressing }: Pick<StoreConfig, 'addressing'>,
): FieldProblem<'addressing'> {
  if (addressing === 'path' || !isAddressHost(endpoint)) return undefined;
  return ['addressing', 'is virtual, but no bucket can stand in front of an IP address, use path.'];
}

/** @param bucket what stands in front of the provider's own name in the endpoint, if anything does. */
export function bucketInFrontProblem(bucket: string | undefined): FieldProblem<'endpoint'> {
  if (bucket === undefined) return undefined;
  return ['endpoint', `begins with the bucket ${bucket}, leave that out: every request says its bucket itself.`];
}

/** @param said the region that the endpoint names, if it names one. */
export function regionProblem(
  said: string | undefined,
  { region }: Pick<StoreConfig, 'region'>,
): FieldProblem<'region'> {
  if (said === undefined || said === region) return undefined;
  return ['region', `is ${region}, but the endpoint is in ${said}, make them equal.`];
}

/** The first bucket with dots in its name that a store cannot reach. */
export function dottedBucketsProblem(
  store: Pick<StoreConfig, 'addressing' | 'endpoint' | 'buckets'>,
): FieldProblem<'buckets'> {
  const dotted = store.buckets.map((bucket) => dottedBucketProblem(store, bucket)).find((text) => text !== undefined);
  return dotted === undefined ? undefined : ['buckets', `has a name with a dot: ${dotted}`];
}

/**
 * Says in the rest of a sentence why a bucket with dots in its name cannot be reached; undefined when it can: a certificate
 * for the names in front of an endpoint covers one label only.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
function dottedBucketProblem(
  { addressing, endpoint }: Pick<StoreConfig, 'addressing' | 'endpoint'>,
  bucket: string,
): string | undefined {
  if (!bucket.includes('.') || addressing === 'path' || parseEndpoint(endpoint)?.scheme !== 'https') return undefined;
  return `no certificate covers ${bucket} in front of the endpoint, so give the store addressing: path.`;
}

/** The same as a sentence, for a bucket that a request names. */
export function dottedBucketSentence(
  store: Pick<StoreConfig, 'addressing' | 'endpoint'>,
  bucket: string,
): string | undefined {
  const problem = dottedBucketProblem(store, bucket);
  return problem === undefined ? undefined : `The bucket name has a dot: ${problem}`;
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
