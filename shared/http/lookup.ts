import type { LookupAddress, LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isForbiddenAddress, isLocalName } from './address.ts';

/** The part of `dns.lookup` that is used here. */
export type SystemLookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves names for connections. `localhost` and the names below it are this machine (RFC 6761), which getaddrinfo
 * does not know; all others are resolved by the system. A name that leads to a metadata service is refused after
 * resolving, and the connection goes to the very address that was looked at, so that DNS cannot smuggle one in.
 */
export function guardedLookup(system: SystemLookup): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (addresses: LookupAddress[]): void => {
      const [first] = addresses;
      if (first === undefined) callback(failed('ENOTFOUND', 'The name has no address.'), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    };
    if (isLocalName(hostname)) {
      answer(LOCAL_ADDRESSES);
      return;
    }
    system(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) callback(error, '');
      else if (addresses.some(({ address }) => isForbiddenAddress(address))) {
        callback(failed('EADDRFORBIDDEN', 'The name leads to a link-local or metadata address.'), '');
      } else answer(addresses);
    });
  };
}

const LOCAL_ADDRESSES: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function failed(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
