import type { HttpAnswer } from '../../http/transport.ts';
import type { ObjectFacts } from '../provider.ts';
import { archivedAccess, readCommonFacts } from '../xml/object-facts.ts';
import { OSS_DIALECT } from './dialect.ts';

/** Cannot be read before they are restored. */
const ARCHIVE_CLASSES: ReadonlySet<string> = new Set(['Archive', 'ColdArchive', 'DeepColdArchive']);

/**
 * Reads the headers of HEAD. `access` is a hint only: with real-time access of archive objects switched on for the
 * bucket, an `archived` object can be read without a restore, and HEAD does not show it. The answer to the copy is the
 * authority.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/headobject
 * @throws CopyError IncompleteAnswer when size, ETag or time are missing.
 */
export function readFacts(answer: HttpAnswer): ObjectFacts {
  const { headers } = answer;
  const isArchive = ARCHIVE_CLASSES.has(headers['x-oss-storage-class'] ?? '');
  return {
    ...readCommonFacts(answer, OSS_DIALECT),
    access: isArchive ? archivedAccess(headers['x-oss-restore']) : 'readable',
    type: typeOf(headers['x-oss-object-type']),
  };
}

/** `Normal` and `Multipart` differ in how they were written, not in how they are copied. */
function typeOf(type: string | undefined): ObjectFacts['type'] {
  if (type === 'Appendable') return 'appendable';
  return type === 'Symlink' ? 'symlink' : 'normal';
}
