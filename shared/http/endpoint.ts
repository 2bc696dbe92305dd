import { isIP, isIPv4 } from 'node:net';
import { isForbiddenAddress, isLoopback } from './address.ts';

/** An endpoint taken apart; `host` in lower case, an IPv6 address in brackets. */
export interface Endpoint {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** With its colon; empty for the scheme's own port. */
  readonly port: string;
}

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * Reads `scheme://host[:port]`. Deliberately not with WHATWG URL, which forgives and rewrites: `http:host`, tabs,
 * octal and hexadecimal addresses all become something else there.
 *
 * @returns undefined when the text is anything else, also with a path, a query or a user name.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/.exec(text.toLowerCase());
  const [scheme, host, port] = [match?.[1], match?.[2], match?.[3]];
  if ((scheme !== 'http' && scheme !== 'https') || host === undefined || !isHost(host)) return undefined;
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) return undefined;
  const isOwn = port === undefined || Number(port) === (scheme === 'https' ? 443 : 80);
  return { scheme, host, port: isOwn ? '' : `:${Number(port)}` };
}

/** True when the endpoint's host is an address rather than a name, so that no bucket can stand in front of it. */
export function isAddressHost({ host }: Endpoint): boolean {
  return isIP(bare(host)) !== 0;
}

/**
 * Says, as the end of a sentence that begins with the field's name, why requests must not be sent there; undefined when they may.
 *
 * @param insecure the operator's word that plain http is wanted.
 */
export function endpointProblem(endpoint: Endpoint, insecure: boolean): string | undefined {
  const host = bareHost(endpoint);
  if (isForbiddenAddress(host)) {
    return `is the link-local or metadata address ${endpoint.host}, give the object store's own endpoint.`;
  }
  if (endpoint.scheme === 'http' && !insecure && !isLoopback(host)) {
    return 'uses plain http, which shows the data to everybody on the way, use https or set insecure: true.';
  }
  return undefined;
}

/** The host without the brackets of an IPv6 address. */
export function bareHost({ host }: Pick<Endpoint, 'host'>): string {
  return bare(host);
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) return isIP(bare(host)) === 6;
  if (isIPv4(host)) return true;
  const labels = host.split('.');
  // A name that ends in a number is an address in disguise to getaddrinfo: 0x7f.1, 2852039166.
  return host.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^(0x|\d)/.test(labels.at(-1) ?? '');
}

function bare(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
