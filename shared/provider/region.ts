import { type Endpoint, isAddressHost, parseEndpoint } from '../http/endpoint.ts';
import type { Provider, StoreConfig } from './provider.ts';

/**
 * How far a provider with regions reaches: bucket names are unique in one cloud, and copies stay inside one region of it.
 * Region ids alone say too little: several clouds run OBS, and private installations choose their own ids.
 *
 * @param word what the provider calls a region.
 */
export function regionalReach(word: string): Pick<Provider, 'copyProblem' | 'sharesBuckets'> {
  const sharesBuckets = (a: StoreConfig, b: StoreConfig): boolean => cloudOf(a) === cloudOf(b);
  return {
    sharesBuckets,
    copyProblem: (source, destination) => {
      const { provider, region: from } = source;
      const { region: to } = destination;
      if (!sharesBuckets(source, destination)) {
        return `one is in the cloud ${cloudOf(source)}, the other in ${cloudOf(destination)}, and ${provider} copies only inside one cloud: choose two stores of one cloud, or, if both are the same, give both endpoints of the same domain.`;
      }
      if (from === to) return undefined;
      return `one is in ${word} ${from}, the other in ${to}, and ${provider} copies only inside one ${word}: choose a destination in ${word} ${from}.`;
    },
  };
}

/** Second levels under which a country sells names: there, a domain of one's own has three labels. */
const SECOND_LEVELS: ReadonlySet<string> = new Set('ac co com edu gob gov go ne net or org'.split(' '));

/**
 * The cloud that a store is in, as its endpoint tells it: the registrable domain, which the public, the internal and the
 * accelerated endpoints of one cloud share. An address and a name inside one network have none: there it is host and port.
 */
function cloudOf({ endpoint: text }: StoreConfig): string {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) return text;
  return registrableDomain(endpoint) ?? `${endpoint.host}${endpoint.port}`;
}

function registrableDomain(endpoint: Endpoint): string | undefined {
  const labels = endpoint.host.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  if (isAddressHost(endpoint) || labels.length < 2 || top === 'localhost') return undefined;
  const count = top.length === 2 && SECOND_LEVELS.has(second) ? 3 : 2;
  return labels.slice(-count).join('.');
}
