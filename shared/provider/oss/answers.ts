import * as v from 'valibot';
import { CopyError } from '../../errors.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { parseDocument } from '../../http/xml.ts';
import { type ByteRange, parseContentRange } from '../../range.ts';
import type {
  Checksums,
  CopiedPart,
  CreatedUpload,
  GetRangeRequest,
  ReportedEncryption,
  WrittenObject,
} from '../provider.ts';
import { errorOf } from './errors.ts';
import type { OssRequest } from './request.ts';

/** A whole number in text, not above what a Number holds exactly. */
export const wholeNumber = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.safeInteger());

/** OSS writes an element without content for a value that it does not have. */
const etag = v.optional(
  v.pipe(
    v.string(),
    v.transform((text) => (text === '' ? undefined : text)),
  ),
);

const copyResult = v.object({ ETag: etag });
const uploadResult = v.object({ UploadId: v.pipe(v.string(), v.nonEmpty()) });
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
  request: OssRequest,
  rootName: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const { name, content } = parseDocument(answer.body);
  if (name === 'Error') throw errorOf(answer, request);
  const parsed = v.safeParse(schema, content);
  if (name !== rootName || !parsed.success) throw incomplete(`is not the ${rootName} that was expected`);
  return parsed.output;
}

/** An answer that lacks what the operation promises. */
export function incomplete(problem: string): CopyError {
  return new CopyError('IncompleteAnswer', `The answer of OSS ${problem}.`);
}

/** @throws CopyError IncompleteAnswer */
export function readTagging(answer: HttpAnswer, request: OssRequest): Readonly<Record<string, string>> {
  const { TagSet } = readXml(answer, request, 'Tagging', taggingResult);
  return Object.fromEntries(TagSet.Tag.map(({ Key, Value }) => [Key, Value]));
}

/** Takes exactly the bytes that were asked for. @throws CopyError IncompleteAnswer */
export function readRange({ status, headers, body }: HttpAnswer, { range }: GetRangeRequest): Uint8Array {
  if (status !== 206) throw incomplete(`has status ${status} where 206 was expected: the range was ignored`);
  const sent = parseContentRange(headers['content-range'] ?? '');
  if (sent?.offset !== range.offset || sent.length !== range.length || body.byteLength !== range.length) {
    throw incomplete(`has ${body.byteLength} bytes, not exactly the range that was asked for`);
  }
  return body;
}

/** @throws CopyError IncompleteAnswer; the ETag may be missing, which the caller has to judge. */
export function readCopy(answer: HttpAnswer, request: OssRequest): WrittenObject {
  const { ETag } = readXml(answer, request, 'CopyObjectResult', copyResult);
  return { ...written(answer), etag: ETag ?? answer.headers['etag'] };
}

/** @throws CopyError IncompleteAnswer */
export function readUpload(answer: HttpAnswer, request: OssRequest): CreatedUpload {
  return { uploadId: readXml(answer, request, 'InitiateMultipartUploadResult', uploadResult).UploadId };
}

/** @throws CopyError IncompleteAnswer; ETag and range may be missing, which the caller has to judge. */
export function readPartCopy(answer: HttpAnswer, request: OssRequest): CopiedPart {
  const { ETag } = readXml(answer, request, 'CopyPartResult', copyResult);
  return {
    etag: ETag ?? answer.headers['etag'],
    range: contentRange(answer),
    sourceVersionId: answer.headers['x-oss-copy-source-version-id'],
    encryption: encryptionOf(answer),
  };
}

/** The answer to an uploaded part has no body. */
export function readPart(answer: HttpAnswer): CopiedPart {
  return { etag: answer.headers['etag'], encryption: encryptionOf(answer) };
}

/** 203 says that the object was written and only a callback failed. @throws CopyError IncompleteAnswer */
export function readComplete(answer: HttpAnswer, request: OssRequest): WrittenObject {
  if (answer.status === 203) return { ...written(answer), etag: answer.headers['etag'] };
  const { ETag } = readXml(answer, request, 'CompleteMultipartUploadResult', copyResult);
  return { ...written(answer), etag: ETag ?? answer.headers['etag'] };
}

/** The whole object's CRC-64, which OSS leaves out for very old objects and some copies. */
export function checksumsOf({ headers }: HttpAnswer): Checksums {
  const crc64ecma = headers['x-oss-hash-crc64ecma'];
  return crc64ecma !== undefined && /^\d{1,20}$/.test(crc64ecma) ? { crc64ecma } : {};
}

/** Encryption as reported, undefined for none. */
export function encryptionOf({ headers }: HttpAnswer): ReportedEncryption | undefined {
  const algorithm = headers['x-oss-server-side-encryption'];
  return algorithm === undefined ? undefined : { algorithm, keyId: headers['x-oss-server-side-encryption-key-id'] };
}

function written(answer: HttpAnswer): Omit<WrittenObject, 'etag'> {
  return {
    versionId: answer.headers['x-oss-version-id'],
    sourceVersionId: answer.headers['x-oss-copy-source-version-id'],
    checksums: checksumsOf(answer),
    encryption: encryptionOf(answer),
  };
}

/** Absent where OSS ignored the range and copied the whole source (OSS-15); unreadable counts as absent. */
function contentRange({ headers }: HttpAnswer): (ByteRange & { readonly total?: number }) | undefined {
  const text = headers['content-range'];
  return text === undefined ? undefined : parseContentRange(text);
}
