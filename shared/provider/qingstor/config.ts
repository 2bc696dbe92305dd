import * as v from 'valibot';
import { type Endpoint, isAddressHost } from '../../http/endpoint.ts';
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

/** One QingStor store of the stores file, defaults filled in; its region is the zone. */
export interface QingStorConfig extends StoreConfig {
  readonly provider: 'qingstor';
  /** True: plain http is accepted for a host that is not this machine. */
  readonly insecure: boolean;
}

/** QingStor documents no rate, and asks for fewer requests with a code of its own: a careful beginning. */
const DEFAULT_MAX_IN_FLIGHT = 256;

const DOMAIN = '.qingstor.com';

const fields = v.strictObject({
  provider: v.literal('qingstor'),
  region: v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'must be the bare id of a zone, for example pek3a.'),
  ),
  endpoint: endpointField('https://pek3a.qingstor.com'),
  addressing: v.optional(v.picklist(['virtual', 'path']), 'virtual'),
  insecure: v.optional(v.boolean(), false),
  credentials: credentialsField,
  buckets: bucketsField(
    /^(?:[a-z0-9][a-z0-9-]{4,61}[a-z0-9]|(?:[a-z0-9][a-z0-9-]{0,61})?\*)$/,
    'must be a bucket name of 6 to 63 lower-case letters, digits and hyphens; a * may stand at its end only.',
  ),
  maxInFlight: maxInFlightField(DEFAULT_MAX_IN_FLIGHT),
});

type Fields = v.InferOutput<typeof fields>;

/**
 * Parses one QingStor store of the stores file. Every message continues a sentence that begins with the field's name,
 * and says what to change.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/
 */
export const qingstorSchema: v.GenericSchema<unknown, QingStorConfig> = v.pipe(fields, checkBetween(storeProblem));

function storeProblem(endpoint: Endpoint, { region, addressing, insecure }: Fields): FieldProblem<keyof Fields> {
  const unsafe = unsafeEndpoint(endpoint, insecure);
  if (unsafe !== undefined) return unsafe;
  if (addressing === 'virtual' && isAddressHost(endpoint)) {
    return ['addressing', 'is virtual, but no bucket can stand in front of an IP address, use path.'];
  }
  return zoneProblem(endpoint, region);
}

function zoneProblem({ host }: Endpoint, region: string): FieldProblem<keyof Fields> {
  if (`.${host}` === DOMAIN) return ['endpoint', `names no zone, use https://${region}${DOMAIN}.`];
  if (!host.endsWith(DOMAIN)) return undefined;
  const zone = host.slice(0, -DOMAIN.length);
  if (zone.startsWith('s3.')) {
    return ['endpoint', 'is the S3 door of QingStor, use provider s3 or leave out s3. from the host.'];
  }
  if (zone === region || zone.includes('.')) return undefined;
  return ['region', `is ${region}, but the endpoint is in zone ${zone}, make them equal.`];
}
