import * as v from 'valibot';
import type { HttpAnswer } from '../../http/transport.ts';
import type { ContentHeaders, ObjectFacts } from '../provider.ts';
import { checksumsOf, encryptionOf, incomplete, wholeNumber } from './answers.ts';
import { META_PREFIX } from './headers.ts';

/** Cannot be read before they are restored. */
const ARCHIVE_CLASSES: ReadonlySet<string> = new Set(['Archive', 'ColdArchive', 'DeepColdArchive']);

const httpDate = v.pipe(
  v.string(),
  v.transform((text) => new Date(text)),
  v.date(),
);

const mandatory = v.object({
  'content-length': wholeNumber,
  etag: v.pipe(v.string(), v.nonEmpty()),
  'last-modified': httpDate,
  'x-oss-tagging-count': v.optional(wholeNumber, '0'),
});

/**
 * Reads the headers of HEAD.
 *
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/headobject
 * @throws CopyError IncompleteAnswer when size, ETag or time are missing.
 */
export function readFacts(answer: HttpAnswer): ObjectFacts {
  const { headers } = answer;
  const parsed = v.safeParse(mandatory, headers);
  if (!parsed.success) throw incomplete("lacks the object's size, ETag or time");
  return {
    size: parsed.output['content-length'],
    etag: parsed.output.etag,
    lastModified: parsed.output['last-modified'],
    versionId: headers['x-oss-version-id'],
    storageClass: headers['x-oss-storage-class'],
    access: accessOf(headers),
    type: typeOf(headers['x-oss-object-type']),
    checksums: checksumsOf(answer),
    headers: contentOf(headers),
    metadata: metadataOf(headers),
    tagCount: parsed.output['x-oss-tagging-count'],
    encryption: encryptionOf(answer),
    answeredAt: dateOf(headers['date']),
  };
}

/**
 * A hint only: with real-time access of archive objects switched on for the bucket, an `archived` object can be read
 * without a restore, and HEAD does not show it. The answer to the copy is the authority.
 */
function accessOf(headers: HttpAnswer['headers']): ObjectFacts['access'] {
  const restore = headers['x-oss-restore'] ?? '';
  if (!ARCHIVE_CLASSES.has(headers['x-oss-storage-class'] ?? '')) return 'readable';
  if (/ongoing-request="false"/i.test(restore)) return 'readable';
  return /ongoing-request="true"/i.test(restore) ? 'restoring' : 'archived';
}

/** `Normal` and `Multipart` differ in how they were written, not in how they are copied. */
function typeOf(type: string | undefined): ObjectFacts['type'] {
  if (type === 'Appendable') return 'appendable';
  return type === 'Symlink' ? 'symlink' : 'normal';
}

function contentOf(headers: HttpAnswer['headers']): ContentHeaders {
  return {
    contentType: headers['content-type'],
    cacheControl: headers['cache-control'],
    contentDisposition: headers['content-disposition'],
    contentEncoding: headers['content-encoding'],
    contentLanguage: headers['content-language'],
    expires: headers['expires'],
  };
}

function metadataOf(headers: HttpAnswer['headers']): ObjectFacts['metadata'] {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(META_PREFIX))
      .map(([name, value]) => [name.slice(META_PREFIX.length), value]),
  );
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
