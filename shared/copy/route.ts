import type { CopyOptions, CopyRequest } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { ProcessRuntime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';

/** Where a copy goes from and to. */
export interface Route {
  readonly source: OpenStore;
  readonly destination: OpenStore;
}

/**
 * Opens both stores and refuses what no provider-side copy can do, before any request is sent.
 *
 * @throws CopyError InvalidRequest, RegionMismatch or Unsupported.
 */
export function routeOf({ stores }: Pick<ProcessRuntime, 'stores'>, request: CopyRequest): Route {
  const route = {
    source: stores.open(request.source, 'source'),
    destination: stores.open(request.destination, 'destination'),
  };
  refuseDistance(route);
  refuseSameObject(route, request);
  refuseUnsupported(route, request);
  return route;
}

function refuseDistance({ source, destination }: Route): void {
  if (source.provider.name !== destination.provider.name) {
    throw new CopyError(
      'Unsupported',
      `Store ${source.name} is at ${source.provider.name} and store ${destination.name} at ${destination.provider.name}: a provider copies only between its own buckets.`,
    );
  }
  const problem = destination.provider.copyProblem(source.config, destination.config);
  if (problem === undefined) return;
  throw new CopyError('RegionMismatch', `From store ${source.name} to store ${destination.name}: ${problem}`);
}

/** An older version onto its own key is a restore and allowed; the current one onto itself is a mistake. */
function refuseSameObject({ source, destination }: Route, request: CopyRequest): void {
  const same =
    destination.provider.sharesBuckets(source.config, destination.config) &&
    request.source.bucket === request.destination.bucket &&
    request.source.key === request.destination.key;
  if (same && versionOf(request) === undefined) {
    throw new CopyError(
      'InvalidRequest',
      'source and destination are the same object: choose another destination, or name an older version of the source.',
    );
  }
}

function versionOf({ source }: CopyRequest): string | undefined {
  return 'versionId' in source ? source.versionId : undefined;
}

function refuseUnsupported({ source, destination }: Route, request: CopyRequest): void {
  const { options } = request;
  const { name } = destination.provider;
  const { capabilities } = destination.client;
  const asksFor: readonly (readonly [boolean, string, boolean])[] = [
    [versionOf(request) !== undefined, 'source.versionId', source.client.capabilities.versions],
    [options.acl !== undefined, 'options.acl', capabilities.acl],
    [options.storageClass !== undefined, 'options.storageClass', capabilities.storageClasses],
    [asksForTags(options), 'options.tags', capabilities.tags],
    [options.sourceEncryption !== undefined, 'options.sourceEncryption', capabilities.encryption.includes('customer')],
    [
      options.encryption !== undefined,
      `options.encryption.kind "${options.encryption?.kind}"`,
      options.encryption !== undefined && capabilities.encryption.includes(options.encryption.kind),
    ],
  ];
  const refused = asksFor.find(([asked, , supported]) => asked && !supported);
  if (refused !== undefined) {
    throw new CopyError('Unsupported', `${refused[1]} is given, but ${name} does not support it: leave it out.`);
  }
}

function asksForTags({ tags }: CopyOptions): boolean {
  return typeof tags === 'object' && Object.keys(tags).length > 0;
}
