import * as v from 'valibot';
import type { HttpAnswer } from '../../http/transport.ts';
import type { ObjectFacts } from '../provider.ts';
import { wholeNumber } from '../xml/answers.ts';
import type { Dialect } from '../xml/dialect.ts';
import { archivedAccess, readCommonFacts } from '../xml/object-facts.ts';

/** Cannot be read before they are restored; GLACIER_IR can. */
const ARCHIVE_CLASSES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * Reads the headers of HEAD. The storage class is absent for STANDARD.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 * @throws CopyError IncompleteAnswer when size, ETag or time are missing.
 */
export function readFacts(answer: HttpAnswer, dialect: Dialect): ObjectFacts {
  const { headers } = answer;
  const isArchive =
    ARCHIVE_CLASSES.has(headers['x-amz-storage-class'] ?? '') || headers['x-amz-archive-status'] !== undefined;
  return {
    ...readCommonFacts(answer, dialect),
    access: isArchive ? archivedAccess(headers['x-amz-restore']) : 'readable',
    type: 'normal',
    hiddenMetadataCount: hiddenMetadata(headers['x-amz-missing-meta']),
  };
}

/** Entries that were stored by other means than headers, and that no header can hold. An unreadable count is not none. */
function hiddenMetadata(missing: string | undefined): number | undefined {
  if (missing === undefined || missing === '0') return undefined;
  const count = v.safeParse(wholeNumber, missing);
  return count.success ? count.output : 1;
}

/** Bytes of the first part; undefined where the store does not say that there are parts. */
export function readFirstPartSize({ headers }: HttpAnswer): number | undefined {
  if (headers['x-amz-mp-parts-count'] === undefined) return undefined;
  const size = v.safeParse(wholeNumber, headers['content-length']);
  return size.success ? size.output : undefined;
}
