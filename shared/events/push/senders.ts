import type { Rule } from '../rule.ts';
import type { Certificate } from './certificate.ts';
import type { Certificates } from './certificates.ts';
import { Refusal } from './refusal.ts';

/** The part of a rule that decides whose pushes are believed. */
export type SenderRule = Pick<Rule, 'name' | 'provider' | 'from'>;

/** What is needed to judge a push. */
export interface PushParts {
  readonly rules: readonly SenderRule[];
  /** Text of a named secret. @throws CopyError */
  readonly secret: (id: string) => Promise<string>;
  readonly certificates: Certificates;
  /** Certificates of SMN that the operator pins; with any, none is fetched for SMN. */
  readonly pinned: readonly Certificate[];
  readonly now: () => Date;
}

/**
 * The rules that name a topic for which the test holds. Asked before any signature is looked at: a signature says only
 * which cloud signed, so messages of other topics are worth nothing, and no certificate is fetched for them.
 *
 * @throws Refusal 403 when no rule names the topic.
 */
export function requireTopic(rules: readonly SenderRule[], isTopic: (topic: string) => boolean): readonly string[] {
  const names = rules.filter(({ from }) => from?.topics.some(isTopic) === true).map(({ name }) => name);
  if (names.length > 0) return names;
  throw new Refusal(403, "No rule believes this message's topic: name the topic in from.topics of a rule.");
}
