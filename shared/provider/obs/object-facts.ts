import type { HttpAnswer } from '../../http/transport.ts';
import type { ObjectFacts } from '../provider.ts';
import { archivedAccess, readCommonFacts } from '../xml/object-facts.ts';
import type { ObsDialect } from './dialect.ts';

/** Cannot be read before they are restored: the words of both dialects. */
const ARCHIVE_CLASSES: ReadonlySet<string> = new Set(['COLD', 'GLACIER', 'DEEP_ARCHIVE']);

/**
 * Reads the headers of HEAD. `access` is a hint only: a bucket can give direct access to cold objects, which HEAD does
 * not show. The answer to the copy is the authority.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0084.html
 * @throws CopyError IncompleteAnswer when size, ETag or time are missing.
 */
export function readFacts(answer: HttpAnswer, dialect: ObsDialect): ObjectFacts {
  const { headers } = answer;
  const { prefix } = dialect;
  const facts = readCommonFacts(answer, dialect);
  // OBS leaves the header out for the class that most objects have.
  const storageClass = facts.storageClass ?? 'STANDARD';
  return {
    ...facts,
    storageClass,
    access: ARCHIVE_CLASSES.has(storageClass) ? archivedAccess(headers[`${prefix}restore`]) : 'readable',
    expiry: ownExpiry(headers[`${prefix}expires`], headers[`${prefix}expiration`]),
    type: headers[`${prefix}object-type`] === 'Appendable' ? 'appendable' : 'normal',
    // `x-obs-uploadId`: proof of a completion whose answer was lost.
    uploadId: headers[`${prefix}uploadid`],
  };
}

/**
 * When the object expires by itself. With the name of a rule it is the bucket's lifecycle that sets the date, which the
 * destination's bucket has its own of.
 */
function ownExpiry(days: string | undefined, expiration: string | undefined): string | undefined {
  if (days !== undefined) return `${days} days after it was written`;
  if (expiration === undefined || /rule-id=/i.test(expiration)) return undefined;
  return /expiry-date="([^"]*)"/i.exec(expiration)?.[1] ?? expiration;
}
