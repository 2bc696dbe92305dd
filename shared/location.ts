import * as v from 'valibot';

/** A place of an object: a store of the stores file, a bucket in it, a raw key, and maybe a version. */
export interface ObjectLocation {
  readonly store: string;
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

const FORM = /^([^:/?#]+):\/\/([^/?#]+)\/([^?#]+)(?:\?versionId=([^&#]+))?$/;

/**
 * Reads `store://bucket/key?versionId=…`. Key and version are percent-encoded, so that a key may hold `?`, `#`
 * and `%`; slashes and dots stand for themselves and are never folded. Undefined when the text has another form.
 */
export function parseLocation(text: string): ObjectLocation | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, store = '', bucket = '', encodedKey = '', encodedVersion] = match;
  const key = decode(encodedKey);
  if (key === undefined || key === '') return undefined;
  if (encodedVersion === undefined) return { store, bucket, key };
  const versionId = decode(encodedVersion);
  return versionId === undefined ? undefined : { store, bucket, key, versionId };
}

/** Writes a location the way {@link parseLocation} reads it. */
export function formatLocation({ store, bucket, key, versionId }: ObjectLocation): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const version = versionId === undefined ? '' : `?versionId=${encodeURIComponent(versionId)}`;
  return `${store}://${bucket}/${path}${version}`;
}

/** A location written as one string, parsed into its fields. */
export const LocationText = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const location = parseLocation(dataset.value);
    if (location !== undefined) return location;
    addIssue({
      message:
        'is not a location, write store://bucket/key with the key percent-encoded (a raw % is %25, ? is %3F, # is %23).',
    });
    return NEVER;
  }),
);

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
