import type { StoreConfig } from './provider.ts';

/** Says why two stores are too far apart for a provider that copies only inside one region; undefined when they are not. */
export function regionProblem(
  { region: from, provider }: StoreConfig,
  { region: to }: StoreConfig,
  word: 'region' | 'zone' = 'region',
): string | undefined {
  if (from === to) return undefined;
  return `one is in ${word} ${from}, the other in ${to}, and ${provider} copies only inside one ${word}.`;
}
