import * as v from 'valibot';
import { CopyError } from '../errors.ts';
import { parse } from '../schema.ts';
import type { ObjectCreated } from './object-created.ts';

/** Fields that all notifications share. What a copy depends on is required and bounded; the rest may be missing or odd. */

// A key of 1,024 bytes has 3,072 characters when each of its bytes is written as %XX.
const MAX_ENCODED_KEY = 3072;
const MAX_KEY_BYTES = 1024;

const Text = v.pipe(v.string(), v.nonEmpty('is empty.'));
export const BucketName = v.pipe(Text, v.maxLength(255, 'is longer than 255 characters.'));
export const KeyText = v.pipe(Text, v.maxLength(MAX_ENCODED_KEY, 'is longer than any encoded key.'));
export const EventName = v.pipe(Text, v.maxLength(200, 'is longer than 200 characters.'));

/** Information that helps when it is well-formed, and is left out when it is not. */
export const Note = v.fallback(v.optional(v.pipe(v.string(), v.maxLength(1024))), undefined);
/** A version id decides which bytes are copied: one that is odd must not be left out. */
export const VersionId = v.nullish(
  v.pipe(
    v.string(),
    v.maxLength(1024, 'is longer than 1,024 characters.'),
    v.check((text) => text.isWellFormed(), 'is not well-formed Unicode.'),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters would end a header line.
    v.regex(/^[^\u0000-\u001f\u007f]*$/, 'contains a control character.'),
  ),
);
/** Bytes; some clones write numbers as text. */
export const Size = v.fallback(
  v.optional(
    v.pipe(
      v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number))]),
      v.safeInteger(),
      v.minValue(0),
    ),
  ),
  undefined,
);

/** What an object notification says, before it is brought into order. */
interface Told {
  readonly keyForms: readonly string[];
  readonly versionId?: string | null | undefined;
  readonly etag?: string | undefined;
  readonly time?: string | undefined;
}

/**
 * The event of what a notification says.
 *
 * @throws CopyError InvalidRequest when no reading of the key can be a key.
 */
export function objectCreated(
  told: Told & Omit<ObjectCreated, 'key' | 'keyForms' | 'versionId' | 'etag' | 'time'>,
): ObjectCreated {
  const { keyForms, versionId, etag, time, ...rest } = told;
  const keys = keyForms.filter((key) => key.isWellFormed() && Buffer.byteLength(key) <= MAX_KEY_BYTES);
  const [key] = keys;
  if (key === undefined) {
    throw new CopyError('InvalidRequest', 'The event names a key that is no well-formed text of 1,024 bytes at most.');
  }
  return {
    ...rest,
    key,
    keyForms: keys,
    versionId: versionId === null || versionId === '' ? undefined : versionId,
    etag: etag === undefined ? undefined : etag.replaceAll('"', '') || undefined,
    time: instant(time),
  };
}

function instant(text: string | undefined): Date | undefined {
  const time = new Date(text ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** @throws CopyError InvalidRequest with a sentence that names the form and the field. */
export function parseEvent<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  form: string,
): v.InferOutput<Schema> {
  return parse(schema, value, `The ${form} event`);
}
