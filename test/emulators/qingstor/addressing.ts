import { isIP } from 'node:net';
import { decodePercent, parseQuery, type Query } from '../query.ts';
import { Refusal } from '../refusal.ts';

/** What a request is about. */
export interface Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: Query;
  /** The path exactly as it was sent, which is what gets signed. */
  readonly wirePath: string;
  readonly pathStyle: boolean;
}

const longestKeyBytes = 1023;
const domains = ['qingstor.com', 'localhost'];

/**
 * Finds bucket and key in the raw target and the Host header. An IP address, a domain of ours and a zone of it mean path style;
 * any other host begins with the bucket's name: `<bucket>.<zone>.<domain>`, or `<bucket>.<domain>` on loopback.
 */
export function parseAddress(target: string, host: string, zone: string): Address {
  const question = target.indexOf('?');
  const wirePath = question < 0 ? target : target.slice(0, question);
  const query = parseQuery(question < 0 ? '' : target.slice(question + 1));
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  const pathStyle =
    isIP(hostname) !== 0 || domains.some((domain) => hostname === domain || hostname === `${zone}.${domain}`);
  const resource = wirePath.slice(1);
  if (!pathStyle) {
    return { bucket: hostname.split('.')[0], key: keyOf(resource), query, wirePath, pathStyle };
  }
  const slash = resource.indexOf('/');
  const bucket = decodePercent(slash < 0 ? resource : resource.slice(0, slash));
  return {
    bucket: bucket === '' ? undefined : bucket,
    key: slash < 0 ? undefined : keyOf(resource.slice(slash + 1)),
    query,
    wirePath,
    pathStyle,
  };
}

function keyOf(encoded: string): string | undefined {
  return encoded === '' ? undefined : decodePercent(encoded);
}

/** Refuses keys that QingStor does not have: 1 to 1023 bytes, not beginning with a slash. */
export function checkKey(key: string | undefined): void {
  if (key !== undefined && (key.startsWith('/') || Buffer.byteLength(key) > longestKeyBytes)) {
    throw new Refusal(
      400,
      'invalid_object_name',
      'An object name has 1 to 1023 bytes and must not begin with a slash: choose another name.',
    );
  }
}
