import * as v from 'valibot';

/** A place of an object: a store of the stores file, a bucket in it, a raw key, and maybe a version. */
export interface ObjectLocation {
  readonly store: string;
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** Far above any location: a key of 1,024 bytes has 3,072 characters when each of them is written as %XX. */
const MAX_LENGTH = 8192;

/** As long as the fields of a request may be. */
const MAX_NAME = 255;

const FORM = /^([^:/?#]+):\/\/([^/?#]+)\/([^?#]+)(?:\?versionId=([^&#]+))?$/;

/**
 * Reads `store://bucket/key?versionId=…`. Key and version are percent-encoded, so that a key may hold `?`, `#`
 * and `%`; slashes and dots stand for themselves and are never folded. Undefined when the text has another form, or
 * half of a surrogate pair.
 */
export function parseLocation(text: string): ObjectLocation | undefined {
  const match = text.length <= MAX_LENGTH && text.isWellFormed() ? FORM.exec(text) : null;
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
  v.check(
    ({ store, bucket }) => store.length <= MAX_NAME && bucket.length <= MAX_NAME,
    `names a store or a bucket of more than ${MAX_NAME} characters.`,
  ),
  v.check(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters would end a header line.
    ({ versionId }) => versionId === undefined || /^[^\u0000-\u001f\u007f]*$/.test(versionId),
    'names a version with a control character, which no version has.',
  ),
);

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
