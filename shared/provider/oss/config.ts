import * as v from 'valibot';
import type { Endpoint } from '../../http/endpoint.ts';
import type { StoreConfig } from '../provider.ts';
import {
  addressingProblem,
  bucketInFrontProblem,
  checkBetween,
  type FieldProblem,
  regionProblem,
  storeFields,
  unsafeEndpoint,
} from '../xml/config.ts';

/** One OSS store of the stores file, defaults filled in. */
export interface OssConfig extends StoreConfig {
  readonly provider: 'oss';
  /** V4 unless the endpoint is too old for it. */
  readonly signature: 'v1' | 'v4';
  /** True: plain http is accepted for a host that is not this machine. */
  readonly insecure: boolean;
}

/**
 * Requests of one copy over all its spans. A part copy lasts at least 0.15 s and, at the preferred part size, nearly
 * 2 s: 1,024 in flight make about 600 requests a second, well below the 2,000 that OSS takes for keys in sequence
 * (10,000 for an account), so that other users of the account keep their share.
 *
 * @see https://www.alibabacloud.com/help/en/oss/user-guide/limits
 */
const DEFAULT_MAX_IN_FLIGHT = 1024;

const fields = v.strictObject({
  ...storeFields({
    provider: 'oss',
    region: v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'must be a bare region id, for example cn-hangzhou.'),
      v.check(
        (region) => !region.startsWith('oss-'),
        'must be the bare region id, leave out oss- (cn-hangzhou, not oss-cn-hangzhou).',
      ),
    ),
    endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
    buckets: {
      pattern: /^(?:[a-z0-9][a-z0-9-]{1,61}[a-z0-9]|(?:[a-z0-9][a-z0-9-]{0,61})?\*)$/,
      message:
        'must be a bucket name of 3 to 63 lower-case letters, digits and hyphens; a * may stand at its end only.',
    },
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
  }),
  signature: v.optional(v.picklist(['v1', 'v4']), 'v4'),
});

type Fields = v.InferOutput<typeof fields>;

type Problem = FieldProblem<'endpoint' | 'addressing' | 'region'>;

/**
 * Parses one OSS store of the stores file. Every message continues a sentence that begins with the field's name, and
 * says what to change.
 *
 * @see https://www.alibabacloud.com/help/en/oss/user-guide/regions-and-endpoints
 */
export const ossSchema: v.GenericSchema<unknown, OssConfig> = v.pipe(fields, checkBetween<Fields>(storeProblem));

function storeProblem(endpoint: Endpoint, store: Fields): Problem {
  return (
    unsafeEndpoint(endpoint, store.insecure) ??
    pathStyleProblem(endpoint, store) ??
    addressingProblem(endpoint, store) ??
    doorProblem(endpoint) ??
    bucketInFrontProblem(/^(.+)\.oss-[a-z0-9-]+\.aliyuncs\.com$/.exec(endpoint.host)?.[1]) ??
    regionProblem(regionOf(endpoint.host), store)
  );
}

function pathStyleProblem(endpoint: Endpoint, { addressing }: Fields): Problem {
  if (addressing !== 'path' || !isAliyun(endpoint)) return undefined;
  return ['addressing', 'is path, which Alibaba Cloud refuses (SecondLevelDomainForbidden), use virtual.'];
}

function doorProblem(endpoint: Endpoint): Problem {
  if (!isAliyun(endpoint) || !endpoint.host.startsWith('s3.')) return undefined;
  return ['endpoint', 'is the S3 door of OSS, use provider s3 or leave out s3. from the host.'];
}

/**
 * The region that a public, internal or dual-stack host names, without the zone's letter that finance endpoints have
 * behind it (oss-cn-hzjbp-a-internal); undefined for acceleration endpoints, custom domains
 * and everything outside Alibaba Cloud.
 */
function regionOf(host: string): string | undefined {
  const match = /^(?:oss-([a-z0-9-]+?)(?:-[a-z])?(?:-internal)?|([a-z0-9-]+?)(?:-internal)?\.oss)\.aliyuncs\.com$/.exec(
    host,
  );
  const region = match?.[1] ?? match?.[2];
  return region?.startsWith('accelerate') === true ? undefined : region;
}

function isAliyun({ host }: Endpoint): boolean {
  return host === 'aliyuncs.com' || host.endsWith('.aliyuncs.com');
}
