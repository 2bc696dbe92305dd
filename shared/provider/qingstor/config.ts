import * as v from 'valibot';
import type { Endpoint } from '../../http/endpoint.ts';
import type { StoreConfig } from '../provider.ts';
import {
  addressingProblem,
  bucketInFrontProblem,
  checkBetween,
  type FieldProblem,
  storeFields,
  unsafeEndpoint,
} from '../xml/config.ts';

/** One QingStor store of the stores file, defaults filled in; its region is the zone. */
export interface QingStorConfig extends StoreConfig {
  readonly provider: 'qingstor';
  /** True: plain http is accepted for a host that is not this machine. */
  readonly insecure: boolean;
}

/** What QingStor calls a region. */
export const REGION_WORD = 'zone';

/** QingStor documents no rate, and asks for fewer requests with a code of its own: a careful beginning. */
const DEFAULT_MAX_IN_FLIGHT = 256;

const DOMAIN = '.qingstor.com';

const fields = v.strictObject({
  ...storeFields({
    provider: 'qingstor',
    region: v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'must be the bare id of a zone, for example pek3a.'),
    ),
    endpoint: 'https://pek3a.qingstor.com',
    buckets: {
      pattern: /^(?:[a-z0-9][a-z0-9-]{4,61}[a-z0-9]|(?:[a-z0-9][a-z0-9-]{0,61})?\*)$/,
      message:
        'must be a bucket name of 6 to 63 lower-case letters, digits and hyphens; a * may stand at its end only.',
    },
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
  }),
});

type Fields = v.InferOutput<typeof fields>;

/**
 * Parses one QingStor store of the stores file. Every message continues a sentence that begins with the field's name,
 * and says what to change.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/
 */
export const qingstorSchema: v.GenericSchema<unknown, QingStorConfig> = v.pipe(fields, checkBetween(storeProblem));

function storeProblem(endpoint: Endpoint, store: Fields): FieldProblem<keyof Fields> {
  return unsafeEndpoint(endpoint, store.insecure) ?? addressingProblem(endpoint, store) ?? zoneProblem(endpoint, store);
}

function zoneProblem({ host }: Endpoint, { region }: Fields): FieldProblem<keyof Fields> {
  if (`.${host}` === DOMAIN) return ['endpoint', `names no zone, use https://${region}${DOMAIN}.`];
  if (!host.endsWith(DOMAIN)) return undefined;
  const zone = host.slice(0, -DOMAIN.length);
  if (zone.startsWith('s3.')) {
    return ['endpoint', 'is the S3 door of QingStor, use provider s3 or leave out s3. from the host.'];
  }
  if (zone.endsWith(`.${region}`)) return bucketInFrontProblem(zone.slice(0, -region.length - 1));
  if (zone === region || zone.includes('.')) return undefined;
  return ['region', `is ${region}, but the endpoint is in zone ${zone}, make them equal.`];
}
