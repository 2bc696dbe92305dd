import type { StoredPart, Upload } from './object-types.ts';
import { sameEtag } from './preconditions.ts';
import { Refusal } from './refusal.ts';
import { elementsOf, textOf } from './xml.ts';

/** A part as the document of a Complete names it. */
export interface NamedPart {
  readonly partNumber: number;
  readonly etag: string;
  /** What else stands inside its element. */
  readonly element?: string;
}

/** The parts that a CompleteMultipartUpload document names: one at least. */
export function readParts(document: string): readonly NamedPart[] {
  const named = elementsOf(document, 'Part').map((element) => {
    const partNumber = Number(textOf(element, 'PartNumber') ?? Number.NaN);
    const etag = textOf(element, 'ETag');
    if (!Number.isInteger(partNumber) || etag === undefined) {
      throw malformedXml();
    }
    return { partNumber, etag, element };
  });
  if (named.length === 0 || !/<CompleteMultipartUpload[\s>]/.test(document)) {
    throw malformedXml();
  }
  return named;
}

/** The refusal of a body that is not the document it should be. */
export function malformedXml(): Refusal {
  return new Refusal(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema.',
  );
}

/** True for parts in ascending order, each named once. */
export function isAscending(named: readonly NamedPart[]): boolean {
  return named.every(({ partNumber }, index) => partNumber > (named[index - 1]?.partNumber ?? 0));
}

/** The part that is meant, with the ETag it was given. */
export function uploadedPart({ partNumber, etag }: NamedPart, upload: Upload): StoredPart {
  const part = upload.parts.get(partNumber);
  if (!part || !sameEtag(part.etag, etag)) {
    throw new Refusal(
      400,
      'InvalidPart',
      'One or more of the specified parts could not be found or the specified entity tag might not have matched.',
      { fields: { PartNumber: String(partNumber), ETag: etag, UploadId: upload.uploadId } },
    );
  }
  return part;
}

/** Refuses parts, all but the last, that are smaller than the service joins. */
export function checkLeast(parts: readonly StoredPart[], leastBytes: number, message: string): void {
  const small = parts.slice(0, -1).find((part) => part.content.size < leastBytes);
  if (small) {
    throw new Refusal(400, 'EntityTooSmall', message, {
      fields: {
        ETag: small.etag,
        MinSizeAllowed: String(leastBytes),
        ProposedSize: String(small.content.size),
        PartNumber: String(small.partNumber),
      },
    });
  }
}
