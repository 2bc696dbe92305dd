import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import type { Bucket, StoredPart, StoredVersion, Upload } from '../../object-types.ts';
import { checkLeast, isAscending, type NamedPart, readParts } from '../../parts-document.ts';
import { bareEtag, sameEtag } from '../../preconditions.ts';
import { Refusal } from '../../refusal.ts';
import { textOf, xmlDocument } from '../../xml.ts';
import {
  badChecksum,
  checksumElement,
  checksumElements,
  checksumHeader,
  checksumHeaders,
  checksumOf,
  joinedChecksum,
  sentChecksum,
  type UploadChecksum,
} from '../checksums.ts';
import { checkWriteConditions } from '../conditions.ts';
import {
  findBucket,
  header,
  invalidRequest,
  type ObjectCall,
  type S3Context,
  s3Namespace,
  versionHeader,
  xmlHeaders,
} from '../context.ts';
import { checkKmsKey, joinedEtag } from '../encryption.ts';
import { encryptionEcho } from '../properties.ts';
import { checksumOfUpload, findUpload } from './multipart.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export function completeMultipartUpload(context: S3Context, call: ObjectCall): Answer {
  const bucket = findBucket(context, call);
  const document = call.body.toString('utf8');
  const repeated = answerBefore(context, call, document);
  if (repeated) {
    return repeated;
  }
  const upload = findUpload(context, call);
  checkKmsKey(call, upload.properties.encryption);
  const checksum = checksumOfUpload(context, upload);
  const parts = checkedParts(context, readParts(document), upload, checksum);
  const content = Content.concat(parts.map((part) => part.content));
  const checksums = joinedChecksum(content, parts, checksum);
  checkClaims(call, content, checksums, checksum);
  checkWriteConditions(context, call, bucket);
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...upload.properties,
    content,
    etag: joinedEtag(
      parts.map((part) => part.etag),
      upload.properties.encryption,
    ),
    type: 'Multipart',
    crc64: undefined,
    checksums,
    partSizes: parts.map((part) => part.content.size),
  });
  context.model.endUpload(upload);
  const answer = describeCompleted(context, bucket, stored);
  if (context.quirks.completeTwice === 'repeat') {
    context.completed.set(upload.uploadId, { place: `${bucket.name}/${call.key}`, document, answer });
  }
  return answer;
}

/** The answer to the same Complete before, which Amazon gives again. */
function answerBefore({ completed }: S3Context, call: ObjectCall, document: string): Answer | undefined {
  const before = completed.get(call.query.get('uploadId') ?? '');
  return before?.place === `${call.bucket}/${call.key}` && before.document === document ? before.answer : undefined;
}

function describeCompleted(context: S3Context, bucket: Bucket, stored: StoredVersion): Answer {
  return {
    status: 200,
    headers: { ...xmlHeaders, ...versionHeader(bucket, stored.versionId), ...encryptionEcho(stored) },
    body: xmlDocument(
      'CompleteMultipartUploadResult',
      {
        Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(stored.key)}`,
        Bucket: bucket.name,
        Key: stored.key,
        ETag: context.quirks.completeEtag === 'told' ? `"${stored.etag}"` : '',
        ...checksumElements(checksumHeaders(stored, context.quirks)),
      },
      s3Namespace,
    ),
  };
}

function checkedParts(
  { quirks }: S3Context,
  named: readonly NamedPart[],
  upload: Upload,
  checksum: UploadChecksum,
): readonly StoredPart[] {
  if (!isAscending(named) || (named.at(-1)?.partNumber ?? 0) > quirks.maxParts) {
    throw new Refusal(
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      { fields: { UploadId: upload.uploadId } },
    );
  }
  if (checksum.asked && named.some(({ partNumber }, index) => partNumber !== index + 1)) {
    throw new Refusal(
      400,
      'InvalidPartOrder',
      'The part numbers of an upload with a checksum must be consecutive, beginning with 1.',
      { fields: { UploadId: upload.uploadId } },
    );
  }
  const parts = named.map((part) => checkedPart(part, upload, checksum));
  checkLeast(parts, quirks.minPartBytes, 'Your proposed upload is smaller than the minimum allowed size');
  return parts;
}

function checkedPart(named: NamedPart, upload: Upload, { algorithm, type, asked }: UploadChecksum): StoredPart {
  const part = upload.parts.get(named.partNumber);
  const claimed = textOf(named.element ?? '', checksumElement(algorithm));
  if (asked && type === 'COMPOSITE' && claimed === undefined) {
    throw invalidRequest(
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the ` +
        `checksum for each part. It was missing for part ${named.partNumber} in the request.`,
    );
  }
  const fits = claimed === undefined || (part && claimed === checksumOf(part.content, algorithm));
  if (!part || !sameEtag(part.etag, named.etag) || !fits) {
    throw new Refusal(
      400,
      'InvalidPart',
      'One or more of the specified parts could not be found. ' +
        "The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { fields: { UploadId: upload.uploadId, PartNumber: String(named.partNumber), ETag: bareEtag(named.etag) } },
    );
  }
  return part;
}

/** Checks what the client says of the whole object: its size and its checksum. */
function checkClaims(
  call: ObjectCall,
  content: Content,
  checksums: Readonly<Record<string, string>>,
  { type }: UploadChecksum,
): void {
  const size = header(call, 'x-amz-mp-object-size');
  if (size !== undefined && Number(size) !== content.size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${content.size}`,
    );
  }
  const claimedType = header(call, 'x-amz-checksum-type');
  if (claimedType !== undefined && claimedType !== type) {
    throw invalidRequest(
      `The upload was created using the ${type} checksum mode. The complete request must use the same.`,
    );
  }
  const claimed = sentChecksum(call);
  if (claimed && claimed.value !== checksums[checksumHeader(claimed.algorithm)]) {
    throw badChecksum(claimed.algorithm);
  }
}
