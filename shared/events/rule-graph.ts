import { CopyError } from '../errors.ts';
import { providerOf } from '../provider/registry.ts';
import type { StoreConfigs } from '../stores.ts';
import { findCycle } from './cycles.ts';
import { keysMade, mayMeet } from './key-set.ts';
import type { Rule } from './rule.ts';

/**
 * Refuses rules whose copies could trigger each other in a circle, or one that could trigger itself. The token in our
 * copies' metadata stops such a loop as well, but a loop costs money without end, so it needs two locks.
 *
 * @throws CopyError InvalidConfig with a sentence that names the rules of the circle.
 */
export function refuseLoops(rules: readonly Rule[], stores: StoreConfigs): void {
  const cycle = findCycle(rules, (rule) => rules.filter((other) => mayTrigger(rule, other, stores)));
  if (cycle === undefined) return;
  const [{ name } = { name: '' }] = cycle;
  throw new CopyError(
    'InvalidConfig',
    cycle.length === 1
      ? `The rules file: rule ${name} could trigger itself, because a key it writes can match its own prefix and suffix: choose another bucket in copyTo, or a copyTo.key that begins otherwise than when.prefix.`
      : `The rules file: the rules ${cycle.map((rule) => rule.name).join(', ')} could trigger each other in a circle: choose other buckets, or prefixes that keep the keys of one rule's copyTo out of the next one's when.`,
  );
}

/** True when an object that one rule's copy makes may match the other rule. */
function mayTrigger(rule: Rule, other: Rule, stores: StoreConfigs): boolean {
  return (
    sameBucket(rule, other, stores) &&
    rule.when.minBytes <= other.when.maxBytes &&
    other.when.minBytes <= rule.when.maxBytes &&
    mayMeet(keysMade(rule.copyTo.key, rule.when), other.when)
  );
}

function sameBucket({ provider, copyTo, options }: Rule, other: Rule, stores: StoreConfigs): boolean {
  const [a, b] = [stores[copyTo.store], stores[other.when.store]];
  if (provider !== other.provider || copyTo.bucket !== other.when.bucket || a === undefined || b === undefined) {
    return false;
  }
  // Two endpoints may lead to one store. Where the token does not stop a copy of a copy, equal names have to do.
  if (!options.token || other.when.ofCopies) return true;
  return providerOf(provider)?.sharesBuckets(a, b) === true;
}
