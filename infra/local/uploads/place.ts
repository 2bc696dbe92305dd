import { CopyError } from '@objectferry/shared/errors.ts';
import { quoted } from '../../../shared/quoted.ts';

/** Where uploads are looked for: a bucket of a store, and the beginning of their keys. */
export interface UploadsPlace {
  readonly store: string;
  readonly bucket: string;
  /** Raw, never percent-encoded; empty for all keys. */
  readonly prefix: string;
}

const FORM = /^([^:/?#]+):\/\/([^/?#]+)(?:\/([^?#]*))?$/;
/** What a terminal would act on or hide, blanks, and what has a meaning of its own in a location. */
const NOT_AS_IT_IS = /[\p{C}\p{Z}%?#]/gu;

/**
 * Reads `store://bucket/prefix`, the prefix percent-encoded as keys of locations are.
 *
 * @throws CopyError InvalidRequest for another form.
 */
export function parsePlace(text: string): UploadsPlace {
  const [, store, bucket, encoded = ''] = FORM.exec(text) ?? [];
  const prefix = decode(encoded);
  if (store !== undefined && bucket !== undefined && prefix !== undefined) return { store, bucket, prefix };
  throw new CopyError(
    'InvalidRequest',
    `${quoted(text)} is not a place of uploads: write store://bucket or store://bucket/prefix, the prefix percent-encoded (a raw % is %25, ? is %3F, # is %23).`,
  );
}

/** Writes a place the way {@link parsePlace} reads it. */
export function formatPlace({ store, bucket, prefix }: UploadsPlace): string {
  return `${store}://${bucket}${prefix === '' ? '' : `/${shownKey(prefix)}`}`;
}

/**
 * A key as it may stand in a line for a person and in a location: what somebody named an object by must not steer the
 * terminal.
 */
export function shownKey(key: string): string {
  // Half a surrogate pair is no character that could be encoded.
  return key.toWellFormed().replaceAll(NOT_AS_IT_IS, encodeURIComponent);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
