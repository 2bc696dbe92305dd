import { createHash } from 'node:crypto';
import { bareEtag } from '../etag.ts';
import type { Located } from './locate.ts';
import type { Rule } from './rule.ts';
import { renderTemplate } from './template.ts';

/** A copy to start: its id, and the `CopyRequest` as it goes into the execution. */
export interface EventCopy {
  readonly id: string;
  readonly request: EventCopyRequest;
}

interface EventCopyRequest {
  readonly source: {
    readonly store: string;
    readonly bucket: string;
    readonly key: string;
    readonly versionId?: string;
  };
  readonly destination: { readonly store: string; readonly bucket: string; readonly key: string };
  readonly options: Rule['options'];
}

/**
 * The copy that a rule makes of an object. It is pinned to the very content that was seen, and its id says which: the
 * same event again, or another event of the same object, has the same id; the same content written anew has another.
 *
 * @throws CopyError InvalidRequest when the template makes no possible key.
 */
export function copyFor(rule: Rule, located: Located): EventCopy {
  const { when, copyTo } = rule;
  const { key, facts, versionId, nullVersion } = located;
  const destination = {
    store: copyTo.store,
    bucket: copyTo.bucket,
    key: renderTemplate(copyTo.key, { ...when, key, lastModified: facts.lastModified }),
  };
  const source = { store: when.store, bucket: when.bucket, key };
  const { options } = rule;
  // A version cannot be replaced; anything else is held by its ETag.
  const pinned = { ...options, ifSource: { ...options.ifSource, etag: facts.etag } };
  const request =
    versionId === undefined
      ? { source: nullVersion ? { ...source, versionId: 'null' } : source, destination, options: pinned }
      : { source: { ...source, versionId }, destination, options };
  return { id: idOf(rule, located, destination), request };
}

function idOf({ name, when }: Rule, { key, facts, versionId }: Located, to: EventCopyRequest['destination']): string {
  const identity = versionId ?? [bareEtag(facts.etag).toLowerCase(), facts.lastModified.toISOString()];
  const what = JSON.stringify([name, when.store, when.bucket, key, identity, to.store, to.bucket, to.key]);
  return `event-${createHash('sha256').update(what).digest('hex').slice(0, 32)}`;
}
