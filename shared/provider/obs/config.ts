import * as v from 'valibot';
import type { Endpoint } from '../../http/endpoint.ts';
import type { StoreConfig } from '../provider.ts';
import {
  addressingProblem,
  bucketInFrontProblem,
  checkBetween,
  dottedBucketsProblem,
  type FieldProblem,
  regionProblem,
  storeFields,
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
  ...storeFields({
    provider: 'obs',
    region: v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'must be a bare region id, for example cn-north-4.'),
      v.check(
        (region) => !region.startsWith('obs-'),
        'must be the bare region id, leave out obs- (cn-north-4, not obs-cn-north-4).',
      ),
    ),
    endpoint: 'https://obs.cn-north-4.myhuaweicloud.com',
    buckets: {
      pattern: /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|(?:[a-z0-9][a-z0-9.-]{0,61})?\*)$/,
      message:
        'must be a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens; a * may stand at its end only.',
    },
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
  }),
  dialect: v.optional(v.picklist(['obs', 'amz']), 'obs'),
  signature: v.optional(v.picklist(['obs', 'v2', 'v4'])),
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
    addressingProblem(endpoint, store) ??
    bucketInFrontProblem(hostParts(endpoint.host).bucket) ??
    dottedBucketsProblem(store) ??
    regionProblem(hostParts(endpoint.host).region, store)
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

/**
 * The region that a host of Huawei Cloud or Open Telekom Cloud names, and the bucket in front, which no endpoint has; both
 * undefined for custom domains and other clouds.
 */
function hostParts(host: string): { readonly bucket: string | undefined; readonly region: string | undefined } {
  const match = /^(?:(.+)\.)?obs\.(?:([a-z0-9-]+)\.)?(?:myhuaweicloud\.(?:com|eu)|otc\.t-systems\.com)$/.exec(host);
  return { bucket: match?.[1], region: match?.[2] };
}
