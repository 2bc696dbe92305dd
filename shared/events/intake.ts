import { CopyError, isRetryable } from '../errors.ts';
import { formatLocation } from '../location.ts';
import type { Runtime } from '../runtime.ts';
import { follow } from './follow.ts';
import { type Located, locate } from './locate.ts';
import { matching, type Origin } from './match.ts';
import { type Normalised, normalise } from './normalise.ts';
import type { ObjectCreated } from './object-created.ts';
import type { Outcome, StartCopy } from './outcome.ts';
import type { Rule } from './rule.ts';

/** What decides over a message. */
export interface Intake {
  readonly rules: readonly Rule[];
  readonly start: StartCopy;
}

/**
 * Takes one message in: finds the created objects in it and the rules about them, looks at each object in its store, and
 * starts what is to be copied. Taking the same message in again starts nothing twice.
 *
 * @param text The message as it came from the queue.
 * @returns what became of everything in it; a `failed` one belongs into the dead-letter queue.
 * @throws CopyError a retryable one, once all else in the message is dealt with: take the message in again later.
 */
export async function takeIn(runtime: Runtime, intake: Intake, text: string): Promise<readonly Outcome[]> {
  const message = read(text);
  if ('outcome' in message) return [message];
  const results: (Outcome | CopyError)[] = [];
  for (const event of message.created) results.push(...(await takeInEvent(runtime, intake, event, message.origin)));
  const postponed = results.find((result) => result instanceof CopyError);
  if (postponed !== undefined) throw postponed;
  return [
    ...message.ignored.map(({ name, reason }): Outcome => ({ outcome: 'skipped', reason: `${name}: ${reason}` })),
    ...message.rejected.map((error) => failed({}, error)),
    ...results.flatMap((result) => (result instanceof CopyError ? [] : [result])),
  ];
}

function read(text: string): Normalised | Outcome {
  try {
    return normalise(text);
  } catch (error) {
    return failed({}, error);
  }
}

/** @returns an error for what may work later. */
async function takeInEvent(
  runtime: Runtime,
  { rules, start }: Intake,
  event: ObjectCreated,
  origin: Origin,
): Promise<readonly (Outcome | CopyError)[]> {
  const matched = matching(rules, event, origin);
  if (matched.length === 0) return [unruled(event, origin)];
  const find = finder(runtime, event);
  const results: (Outcome | CopyError)[] = [];
  for (const rule of matched) {
    const what = { rule: rule.name, source: formatLocation({ ...rule.when, key: event.key }) };
    try {
      results.push({ ...what, ...(await follow({ rule, event, located: await find(rule) }, start)) });
    } catch (error) {
      results.push(isRetryable(error) ? error : failed(what, error));
    }
  }
  return results;
}

/** Rules about the same object look at it once. */
function finder(runtime: Runtime, event: ObjectCreated): (rule: Rule) => Promise<Located | undefined> {
  const looks = new Map<string, Promise<Located | undefined>>();
  return (rule) => {
    const { when, options } = rule;
    const kind = JSON.stringify([when.store, when.versions, options.sourceEncryption?.keySecret]);
    const look = looks.get(kind) ?? locate(runtime, rule, event);
    looks.set(kind, look);
    return look;
  };
}

function unruled({ provider, bucket, key }: ObjectCreated, { kind }: Origin): Outcome {
  const object = `${provider} ${bucket}/${key}`;
  return {
    outcome: 'skipped',
    reason:
      kind === 'queue'
        ? `No rule is about ${object}.`
        : `No rule is about ${object} and names the push's sender in its from.`,
  };
}

/** @throws what is none of our errors: a mistake of ours, or of whoever starts copies. */
function failed(what: Pick<Outcome, 'rule' | 'source'>, error: unknown): Outcome {
  if (!(error instanceof CopyError)) throw error;
  return { ...what, outcome: 'failed', reason: error.message, error };
}
