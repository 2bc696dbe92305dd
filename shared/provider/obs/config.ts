import * as v from 'valibot';
import { type Endpoint, isAddressHost, parseEndpoint } from '../../http/endpoint.ts';
import type { StoreConfig } from '../provider.ts';
import {
  bucketsField,
  checkBetween,
  credentialsField,
  endpointField,
  type FieldProblem,
  maxInFlightField,
  unsafeEndpoint,
} from '../xml/config.ts';

/** One OBS store of the stores file, defaults filled in. */
export interface ObsConfig extends StoreConfig {
  readonly provider: 'obs';
  /** The family of headers: `x-obs-` or, as some clouds and older installations have it, `x-amz-`. */
  readonly dialect: 'obs' | 'amz';
  /** `obs`: `OBS id:signature`; `v2`: `AWS id:signature`; `v4`: AWS Signature Version 4. */
  readonly signature: 'obs' | 'v2' | 'v4';
  /** True: plain http is accepted for a host that is not this machine. */
  readonly insecure: boolean;
}

/**
 * Requests of one copy over all its spans. The rates of OBS differ by region and are not published: half of what OSS
 * gets, which the portable layer lowers by itself when OBS asks for fewer.
 */
const DEFAULT_MAX_IN_FLIGHT = 512;

const fields = v.strictObject({
  provider: v.literal('obs'),
  region: v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'must be a bare region id, for example cn-north-4.'),
    v.check(
      (region) => !region.startsWith('obs-'),
      'must be the bare region id, leave out obs- (cn-north-4, not obs-cn-north-4).',
    ),
  ),
  endpoint: endpointField('https://obs.cn-north-4.myhuaweicloud.com'),
  addressing: v.optional(v.picklist(['virtual', 'path']), 'virtual'),
  dialect: v.optional(v.picklist(['obs', 'amz']), 'obs'),
  signature: v.optional(v.picklist(['obs', 'v2', 'v4'])),
  insecure: v.optional(v.boolean(), false),
  credentials: credentialsField,
  buckets: bucketsField(
    /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|(?:[a-z0-9][a-z0-9.-]{0,61})?\*)$/,
    'must be a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens; a * may stand at its end only.',
  ),
  maxInFlight: maxInFlightField(DEFAULT_MAX_IN_FLIGHT),
});

type Fields = v.InferOutput<typeof fields>;

type Problem = FieldProblem<'endpoint' | 'addressing' | 'region' | 'signature' | 'buckets'>;

/**
 * Parses one OBS store of the stores file. Every message continues a sentence that begins with the field's name, and
 * says what to change. Without `signature` each dialect has its own: `obs` with `obs`, `v2` with `amz`.
 *
 * @see https://developer.huaweicloud.com/intl/en-us/endpoint?OBS
 */
export const obsSchema: v.GenericSchema<unknown, ObsConfig> = v.pipe(
  fields,
  checkBetween<Fields>(storeProblem),
  v.transform(
    (store) => ({ ...store, signature: store.signature ?? (store.dialect === 'obs' ? 'obs' : 'v2') }) as const,
  ),
);

function storeProblem(endpoint: Endpoint, store: Fields): Problem {
  return (
    unsafeEndpoint(endpoint, store.insecure) ??
    signatureProblem(store) ??
    addressingProblem(endpoint, store.addressing) ??
    bucketsProblem(store) ??
    regionProblem(endpoint, store.region)
  );
}

/** The scheme's name in `Authorization` tells OBS which family of headers to read. */
function signatureProblem({ dialect, signature }: Fields): Problem {
  if (signature === 'obs' && dialect === 'amz') {
    return ['signature', 'is obs, which signs x-obs- headers only, use v2 or v4 with dialect amz, or dialect obs.'];
  }
  if (signature !== undefined && signature !== 'obs' && dialect === 'obs') {
    return ['signature', `is ${signature}, which signs x-amz- headers only, use obs with dialect obs, or dialect amz.`];
  }
  return undefined;
}

function addressingProblem(endpoint: Endpoint, addressing: Fields['addressing']): Problem {
  if (addressing === 'virtual' && isAddressHost(endpoint)) {
    return ['addressing', 'is virtual, but no bucket can stand in front of an IP address, use path.'];
  }
  return undefined;
}

function bucketsProblem(store: Fields): Problem {
  const dotted = store.buckets.map((bucket) => dottedBucketProblem(store, bucket)).find((text) => text !== undefined);
  return dotted === undefined ? undefined : ['buckets', `has a name with a dot: ${dotted}`];
}

function regionProblem({ host }: Endpoint, region: string): Problem {
  const said = regionOf(host);
  if (said === undefined || said === region) return undefined;
  return ['region', `is ${region}, but the endpoint is in ${said}, make them equal.`];
}

/**
 * The region that a host of Huawei Cloud or Open Telekom Cloud names; undefined for the region-less host, custom
 * domains and other clouds.
 */
function regionOf(host: string): string | undefined {
  return /^obs\.([a-z0-9-]+)\.(?:myhuaweicloud\.(?:com|eu)|otc\.t-systems\.com)$/.exec(host)?.[1];
}

/**
 * Says in a sentence why a bucket with dots in its name cannot be reached; undefined when it can: a certificate for
 * `*.obs.…` covers one label only.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0021.html
 */
export function dottedBucketProblem(
  { addressing, endpoint }: Pick<StoreConfig, 'addressing' | 'endpoint'>,
  bucket: string,
): string | undefined {
  if (!bucket.includes('.') || addressing === 'path' || parseEndpoint(endpoint)?.scheme !== 'https') return undefined;
  return `no certificate covers ${bucket} in front of the endpoint, so give the store addressing: path.`;
}
