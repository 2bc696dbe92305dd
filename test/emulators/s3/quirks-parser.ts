import * as v from 'valibot';
import type { S3Quirks } from './context.ts';

/** Quirks that cannot be used; the message says why in a sentence. */
export class QuirksError extends Error {}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const Quirks = v.partial(
  v.strictObject({
    conditionsIgnored: v.boolean(),
    completeTwice: v.picklist(['repeat', 'no-such-upload']),
    rangeError: v.picklist([400, 416]),
    smallSourceRanges: v.picklist(['refused', 'allowed']),
    checksums: v.boolean(),
    etagQuoting: v.picklist(['"', '&quot;', '&#34;', '']),
    leadingBlanks: v.boolean(),
    writeConditions: v.picklist(['honoured', 'ignored']),
    uploadTags: v.picklist(['kept', 'dropped']),
    completeEtag: v.picklist(['told', 'empty']),
    partSourceDecodedTwice: v.boolean(),
    minPartBytes: count,
    maxParts: count,
    maxMetadataBytes: count,
    restoreMs: count,
  } satisfies Record<keyof S3Quirks, v.GenericSchema>),
);

/**
 * Reads quirks of a store that speaks S3; what is not named stays as on Amazon.
 *
 * @throws QuirksError
 */
export function parseS3Quirks(text: string): Partial<S3Quirks> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new QuirksError('The S3 quirks are not JSON; write for example {"completeEtag":"empty"}.');
  }
  const { success, output, issues } = v.safeParse(Quirks, document);
  if (!success) {
    const [issue] = issues;
    const where = v.getDotPath(issue) ?? 'the document';
    throw new QuirksError(
      `The S3 quirks are wrong at ${where}: ${issue.message.replace(/\.$/, '')}; known are ${Object.keys(Quirks.entries).join(', ')}.`,
    );
  }
  return Object.fromEntries(Object.entries(output).filter(([, value]) => value !== undefined));
}
