import * as v from 'valibot';
import { CopyError } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { parseDocument } from '../../http/xml.ts';
import { type ByteRange, parseContentRange } from '../../range.ts';
import type { CopiedPart, CreatedUpload, GetRangeRequest, WrittenObject } from '../provider.ts';
import type { Dialect } from './dialect.ts';
import type { StoreRequest } from './request.ts';

/** A whole number in text, not above what a Number holds exactly. */
export const wholeNumber = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.safeInteger());

/** Characters of a key of 1,024 bytes with three of them for each byte: nothing that is read here is longer. */
export const MAX_ENCODED_KEY = 3072;

/**
 * An ETag, a version or an upload id: what a provider makes up and we send back, many times. Those of all providers are
 * below 200 characters; a long one would not fit into the state of an execution, or the list of 10,000 parts.
 */
const MAX_ID = 1024;
export const opaqueId = v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_ID));

/** An element without content stands for a value that there is not. */
export const emptyAsAbsent = v.optional(
  v.pipe(
    v.string(),
    v.maxLength(MAX_ENCODED_KEY),
    v.transform((text) => (text === '' ? undefined : text)),
  ),
);

const copyResult = v.looseObject({ ETag: emptyAsAbsent });
const uploadResult = v.object({ UploadId: opaqueId });
const tag = v.object({ Key: v.string(), Value: v.string() });
const taggingResult = v.object({
  TagSet: v.union([
    v.pipe(
      v.string(),
      v.transform(() => ({ Tag: [] })),
    ),
    v.object({ Tag: v.optional(v.array(tag), []) }),
  ]),
});

/**
 * Reads the XML body of a success.
 *
 * @throws CopyError whatever an `<Error>` document says, although the status was a success; IncompleteAnswer for an
 * empty, cut or unexpected body.
 */
export function readXml<Schema extends v.GenericSchema>(
  answer: HttpAnswer,
  request: StoreRequest,
  dialect: Dialect,
  rootName: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const { name, content } = parseDocument(answer.body);
  if (name === 'Error') throw dialect.errorOf(answer, request);
  const parsed = v.safeParse(schema, content);
  if (name !== rootName || !parsed.success) throw incomplete(dialect, `is not the ${rootName} that was expected`);
  return parsed.output;
}

/** An answer that lacks what the operation promises. */
export function incomplete({ title }: Dialect, problem: string): CopyError {
  return new CopyError('IncompleteAnswer', `The answer of ${title} ${problem}.`);
}

/**
 * Ceph says with an empty answer that there are none; whoever knows of some has to compare their number.
 *
 * @throws CopyError IncompleteAnswer
 */
export function readTagging(
  answer: HttpAnswer,
  request: StoreRequest,
  dialect: Dialect,
): Readonly<Record<string, string>> {
  if (answer.body.byteLength === 0) return {};
  const { TagSet } = readXml(answer, request, dialect, 'Tagging', taggingResult);
  return Object.fromEntries(TagSet.Tag.map(({ Key, Value }) => [Key, Value]));
}

/** Takes exactly the bytes that were asked for. @throws CopyError IncompleteAnswer */
export function readRange({ status, headers, body }: HttpAnswer, dialect: Dialect, asked: GetRangeRequest): Uint8Array {
  const { range } = asked;
  if (status !== 206) throw incomplete(dialect, `has status ${status} where 206 was expected: the range was ignored`);
  const sent = parseContentRange(headers['content-range'] ?? '');
  if (sent?.offset !== range.offset || sent.length !== range.length || body.byteLength !== range.length) {
    throw incomplete(dialect, `has ${body.byteLength} bytes, not exactly the range that was asked for`);
  }
  return body;
}

/** @throws CopyError IncompleteAnswer; the ETag may be missing, which the caller has to judge. */
export function readCopy(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): WrittenObject {
  return written(answer, dialect, readXml(answer, request, dialect, 'CopyObjectResult', copyResult));
}

/** @throws CopyError IncompleteAnswer */
export function readUpload(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): CreatedUpload {
  return { uploadId: readXml(answer, request, dialect, 'InitiateMultipartUploadResult', uploadResult).UploadId };
}

/** @throws CopyError IncompleteAnswer; ETag and range may be missing, which the caller has to judge. */
export function readPartCopy(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): CopiedPart {
  const { ETag } = readXml(answer, request, dialect, 'CopyPartResult', copyResult);
  return {
    etag: ETag ?? headerEtag(answer, dialect),
    range: contentRange(answer),
    sourceVersionId: answer.headers[`${dialect.prefix}copy-source-version-id`],
    encryption: dialect.encryptionOf(answer.headers),
  };
}

/** The answer to an uploaded part has no body. */
export function readPart(answer: HttpAnswer, dialect: Dialect): CopiedPart {
  return { etag: answer.headers['etag'], encryption: dialect.encryptionOf(answer.headers) };
}

/** @throws CopyError IncompleteAnswer; the ETag may be missing, which the caller has to judge. */
export function readComplete(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): WrittenObject {
  return written(answer, dialect, readXml(answer, request, dialect, 'CompleteMultipartUploadResult', copyResult));
}

/** An object that was written, by its headers and the elements of the result document. */
export function written(
  { headers }: HttpAnswer,
  dialect: Dialect,
  result: Readonly<Record<string, unknown>> & { readonly ETag?: string | undefined },
): WrittenObject {
  return {
    etag: result.ETag ?? headerEtag({ headers }, dialect),
    versionId: headers[`${dialect.prefix}version-id`],
    sourceVersionId: headers[`${dialect.prefix}copy-source-version-id`],
    checksums: dialect.checksumsOf(headers, result),
    encryption: dialect.encryptionOf(headers),
  };
}

function headerEtag({ headers }: Pick<HttpAnswer, 'headers'>, dialect: Dialect): string | undefined {
  return dialect.headerEtag ? headers['etag'] : undefined;
}

/** Absent where the provider does not report it, or ignored the range (OSS-15); unreadable counts as absent. */
function contentRange({ headers }: HttpAnswer): (ByteRange & { readonly total?: number }) | undefined {
  const text = headers['content-range'];
  return text === undefined ? undefined : parseContentRange(text);
}
