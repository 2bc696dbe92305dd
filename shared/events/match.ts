import type { PushOrigin } from './envelope.ts';
import type { ObjectCreated } from './object-created.ts';
import type { Rule } from './rule.ts';

/** How a message came: through the queue's own policy, which is trusted, or as a push that somebody vouched for. */
export type Origin = { readonly kind: 'queue' } | PushOrigin;

/**
 * The rules that an event can be a reason for, whatever its key turns out to be. Size and version are the store's to say.
 */
export function matching(rules: readonly Rule[], event: ObjectCreated, origin: Origin): readonly Rule[] {
  return rules.filter(
    (rule) =>
      rule.enabled &&
      rule.provider === event.provider &&
      rule.when.bucket === event.bucket &&
      event.keyForms.some((key) => matchesKey(rule, key)) &&
      admits(rule, origin),
  );
}

/** True when the rule is about that key. */
export function matchesKey({ when }: Rule, key: string): boolean {
  return key.startsWith(when.prefix) && key.endsWith(when.suffix);
}

/** True when the rule believes a message of that origin. */
function admits({ name, from }: Rule, origin: Origin): boolean {
  switch (origin.kind) {
    case 'queue':
      return true;
    case 'topic':
      return from?.topics.includes(origin.topic) === true;
    case 'rules':
      return origin.rules.includes(name);
  }
}
