import type { LookupAddress, LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isForbiddenAddress, isLocalName, isLoopback } from './address.ts';

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
 *
 * @param allowsLoopback asked for every name; false refuses names that lead to this machine in the same way.
 */
export function guardedLookup(system: SystemLookup, allowsLoopback: () => boolean = () => true): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (addresses: LookupAddress[]): void => {
      const [first] = addresses;
      if (first === undefined) callback(failed('ENOTFOUND', 'The name has no address.'), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    };
    const isRefused = ({ address }: LookupAddress): boolean =>
      isForbiddenAddress(address) || (isLoopback(address) && !allowsLoopback());
    if (isLocalName(hostname)) {
      if (allowsLoopback()) answer(LOCAL_ADDRESSES);
      else callback(refused(), '');
      return;
    }
    system(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) callback(error, '');
      else if (addresses.some(isRefused)) callback(refused(), '');
      else answer(addresses);
    });
  };
}

const LOCAL_ADDRESSES: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Code of the error for a name that leads where no store can be. */
export const FORBIDDEN_ADDRESS = 'EADDRFORBIDDEN';

function refused(): Error {
  return failed(FORBIDDEN_ADDRESS, 'The name leads to a link-local or metadata address, or to this machine itself.');
}

function failed(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
