import { formatLocation } from '../location.ts';
import { TOKEN_METADATA } from '../naming.ts';
import { copyFor } from './event-copy.ts';
import type { Located } from './locate.ts';
import { matchesKey } from './match.ts';
import type { ObjectCreated } from './object-created.ts';
import type { Outcome, StartCopy } from './outcome.ts';
import type { Rule } from './rule.ts';

/** What an event asks for under one rule. */
interface Followed {
  readonly rule: Rule;
  readonly event: ObjectCreated;
  /** What the store shows of the object; undefined when there is none. */
  readonly located: Located | undefined;
}

/**
 * Starts the copy that a rule makes of an event's object, or says why it is none of its business.
 *
 * @throws CopyError InvalidRequest for an impossible destination, and what starting throws.
 */
export async function follow({ rule, event, located }: Followed, start: StartCopy): Promise<Outcome> {
  if (located === undefined) return skipped('The object, or the version that the event names, is gone.');
  const reason = skipReason(rule, event, located);
  if (reason !== undefined) return skipped(reason);
  const copy = copyFor(rule, located);
  const { source, destination } = copy.request;
  const started = await startOnce(start, copy);
  return { ...started, id: copy.id, source: formatLocation(source), destination: formatLocation(destination) };
}

/** Says in a sentence why an object is not copied; undefined when it is. */
function skipReason(rule: Rule, event: ObjectCreated, { key, facts }: Located): string | undefined {
  const { versions, ofCopies, minBytes, maxBytes } = rule.when;
  if (!matchesKey(rule, key)) return 'The key, once decoded, does not match the rule.';
  if (versions === 'latest' && isOther(event.versionId, facts.versionId)) {
    return 'The event is about a version that is not the latest any more.';
  }
  if (!ofCopies && facts.metadata[TOKEN_METADATA] !== undefined) {
    return 'A copy of ours made the object, and the rule does not ask for copies (ofCopies).';
  }
  if (facts.size < minBytes || facts.size > maxBytes) {
    return `The object has ${facts.size} bytes, which is outside of the rule's minBytes and maxBytes.`;
  }
  return undefined;
}

function isOther(named: string | undefined, current: string | undefined): boolean {
  return named !== undefined && current !== undefined && named !== current;
}

async function startOnce(start: StartCopy, copy: Parameters<StartCopy>[0]): Promise<Outcome> {
  try {
    return { outcome: await start(copy) };
  } catch (error) {
    // The rule's options were changed since the first of these events: that one was answered already.
    if (!(error instanceof Error) || error.name !== 'ExecutionConflict') throw error;
    return { outcome: 'exists', reason: 'The object was copied already, when the rule had other options.' };
  }
}

function skipped(reason: string): Outcome {
  return { outcome: 'skipped', reason };
}
