/**
 * An ETag without its transport clothes: surrounding quotes and a weak prefix. Providers quote the same tag
 * differently in headers, answers and listings; the content stays opaque.
 */
export function bareEtag(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}

/**
 * The same ETag as a strong one. A proxy that compresses makes a weak one of it, and no weak one ever satisfies If-Match,
 * although the content is the same.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.2
 */
export function strongEtag(etag: string): string {
  return etag.trim().replace(/^W\//, '');
}

/** Compares two ETags as opaque texts; hex digits may differ in case between a header and a listing. */
export function sameEtag(a: string, b: string): boolean {
  return bareEtag(a).toLowerCase() === bareEtag(b).toLowerCase();
}

/** The ETag of an answer; undefined when it is absent or empty, which proves nothing. */
export function provenEtag(etag: string | undefined): string | undefined {
  return etag === undefined || bareEtag(etag) === '' ? undefined : etag;
}
