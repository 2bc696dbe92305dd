import { CopyError } from '@objectferry/shared/errors.ts';
import { isLoopback } from '@objectferry/shared/http/address.ts';
import { bareHost, parseEndpoint } from '@objectferry/shared/http/endpoint.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';

/**
 * Refuses what a stores file may say on somebody's machine, but not in a function on AWS, whoever wrote it into the
 * parameter: keys from the environment, where those of the function's own role are, and with them a way to send these
 * to any endpoint; and endpoints on loopback, where Lambda's own API listens.
 *
 * @returns the stores as they are.
 * @throws CopyError InvalidConfig
 */
export function requireDeployable(stores: StoreConfigs): StoreConfigs {
  for (const [name, { credentials, endpoint: text }] of Object.entries(stores)) {
    if ('env' in credentials) {
      throw refused(
        name,
        'credentials reads environment variables: put the keys into a secret and write { secret: id }.',
      );
    }
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined || isLoopback(bareHost(endpoint))) {
      throw refused(name, "endpoint is on the machine of the function itself, give the object store's own endpoint.");
    }
  }
  return stores;
}

function refused(name: string, problem: string): CopyError {
  return new CopyError('InvalidConfig', `The stores file, which a function on AWS reads: stores.${name}.${problem}`);
}
