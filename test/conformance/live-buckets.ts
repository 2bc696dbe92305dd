import type { Environment } from '#functions/secrets.ts';
import type { Target } from './harness.ts';

/**
 * The buckets in which a real store is judged: those that the environment names, else the first two that the stores file
 * calls by their full name. For a store `hz` that is `OBJECTFERRY_LIVE_HZ_BUCKETS=source,destination`, and for one with
 * versioning `OBJECTFERRY_LIVE_HZ_VERSIONED=bucket`.
 *
 * @throws Error with one sentence when there are not two.
 */
export function liveBuckets(
  name: string,
  patterns: readonly string[],
  env: Environment,
): Pick<Target, 'buckets' | 'versioned'> {
  const variable = `OBJECTFERRY_LIVE_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
  const named = env[`${variable}_BUCKETS`]?.split(',').map((bucket) => bucket.trim());
  const [source, destination] = named ?? patterns.filter((pattern) => !pattern.includes('*'));
  if (source === undefined || destination === undefined || source === destination) {
    throw new Error(
      `The store ${name} is judged in two buckets: name them as ${variable}_BUCKETS=source,destination in the environment.`,
    );
  }
  return { buckets: [source, destination], versioned: env[`${variable}_VERSIONED`] };
}
