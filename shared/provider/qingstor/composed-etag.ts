import { createHash } from 'node:crypto';
import { bareEtag } from '../../etag.ts';

/**
 * The ETag that a finished object is given: `"md5(MD5s of the parts)-N"`, as other providers compute it themselves.
 * QingStor keeps what it is sent and verifies nothing.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/common_header/
 */
export function composedEtag(parts: readonly string[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(digestBytes(bareEtag(part)));
  return `"${hash.digest('hex')}-${parts.length}"`;
}

/** The ETag of a part is its MD5; one that is something else still makes the result its own. */
function digestBytes(etag: string): Buffer {
  return /^[0-9a-f]{32}$/i.test(etag) ? Buffer.from(etag, 'hex') : Buffer.from(etag, 'utf8');
}
