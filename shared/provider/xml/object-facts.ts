import * as v from 'valibot';
import type { HttpAnswer } from '../../http/transport.ts';
import type { ContentHeaders, ObjectFacts } from '../provider.ts';
import { incomplete, opaqueId, wholeNumber } from './answers.ts';
import type { Dialect } from './dialect.ts';
import type { Headers } from './request.ts';

const httpDate = v.pipe(
  v.string(),
  v.transform((text) => new Date(text)),
  v.date(),
);

const mandatory = v.object({
  'content-length': wholeNumber,
  etag: opaqueId,
  'last-modified': httpDate,
  taggingCount: v.optional(wholeNumber),
  versionId: v.optional(v.union([v.literal(''), opaqueId])),
});

/** What HEAD says alike at every provider of the dialect; type and access are the provider's own words. */
export type CommonFacts = Omit<ObjectFacts, 'access' | 'type'>;

/** Reads the headers of HEAD. @throws CopyError IncompleteAnswer when size, ETag or time are missing. */
export function readCommonFacts({ headers }: HttpAnswer, dialect: Dialect): CommonFacts {
  const { prefix } = dialect;
  const own = { taggingCount: headers[`${prefix}tagging-count`], versionId: headers[`${prefix}version-id`] };
  const parsed = v.safeParse(mandatory, { ...headers, ...own });
  if (!parsed.success) throw incomplete(dialect, "lacks the object's size, ETag or time, or has one that is none");
  return {
    size: parsed.output['content-length'],
    etag: parsed.output.etag,
    lastModified: parsed.output['last-modified'],
    versionId: headers[`${prefix}version-id`],
    storageClass: headers[`${prefix}storage-class`],
    checksums: dialect.checksumsOf(headers, {}),
    headers: contentOf(headers),
    metadata: metadataOf(headers, `${prefix}meta-`),
    tagCount: parsed.output.taggingCount,
    encryption: dialect.encryptionOf(headers),
    retention: retentionOf(headers, prefix),
    legalHold: lockHeader(headers, prefix, 'legal-hold'),
    websiteRedirect: headers[`${prefix}website-redirect-location`],
    answeredAt: dateOf(headers['date']),
  };
}

/** Whether an object of an archive class can be read now, by its restore header. */
export function archivedAccess(restore = ''): ObjectFacts['access'] {
  if (/ongoing-request="false"/i.test(restore)) return 'readable';
  return /ongoing-request="true"/i.test(restore) ? 'restoring' : 'archived';
}

/** The mode of the protection, and until when it lasts. */
function retentionOf(headers: Headers, prefix: string): string | undefined {
  const mode = lockHeader(headers, prefix, 'mode');
  const until = lockHeader(headers, prefix, 'retain-until-date');
  if (mode === undefined && until === undefined) return undefined;
  return [mode ?? 'retained', ...(until === undefined ? [] : ['until', until])].join(' ');
}

/** S3 and OBS speak of a lock, OSS of WORM. */
function lockHeader(headers: Headers, prefix: string, name: string): string | undefined {
  const value = headers[`${prefix}object-lock-${name}`] ?? headers[`${prefix}object-worm-${name}`];
  return value === 'OFF' ? undefined : value;
}

function contentOf(headers: Headers): ContentHeaders {
  return {
    contentType: headers['content-type'],
    cacheControl: headers['cache-control'],
    contentDisposition: headers['content-disposition'],
    contentEncoding: headers['content-encoding'],
    contentLanguage: headers['content-language'],
    expires: headers['expires'],
  };
}

function metadataOf(headers: Headers, prefix: string): ObjectFacts['metadata'] {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/** The date of a header; undefined for none. */
export function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
