import type { Answer } from '../../answer.ts';
import type { Content } from '../../content.ts';
import type { StoredPart, Upload } from '../../object-types.ts';
import type { Tweaks } from '../../pipeline.ts';
import { Refusal } from '../../refusal.ts';
import { xmlDocument } from '../../xml.ts';
import {
  checkSentChecksum,
  checksumElement,
  checksumHeader,
  checksumOf,
  type UploadChecksum,
  uploadChecksumOf,
  usualChecksum,
} from '../checksums.ts';
import {
  findBucket,
  header,
  invalidArgument,
  invalidRequest,
  type ObjectCall,
  type S3Context,
  s3Namespace,
  xmlHeaders,
} from '../context.ts';
import { openCopySource } from '../copy-source.ts';
import { checkPartKey, etagOf } from '../encryption.ts';
import { encryptionEcho, propertiesOf } from '../properties.ts';
import { copyRange } from '../ranges.ts';
import { checkCopySize, mostBytesOfCopy } from './copy.ts';
import { contentOf } from './write.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export function createMultipartUpload(context: S3Context, call: ObjectCall): Answer {
  const bucket = findBucket(context, call);
  const checksum = uploadChecksumOf(call);
  const properties = propertiesOf(call, context.quirks);
  const upload = context.model.createUpload(bucket.name, call.key, {
    initiator: call.account?.accessKeyId ?? '',
    properties: { ...properties, ...(context.quirks.uploadTags === 'dropped' ? { tags: [] } : {}) },
  });
  context.uploadChecksums.set(upload.uploadId, checksum);
  const agreed = context.quirks.checksums && checksum.asked;
  return {
    status: 200,
    headers: {
      ...xmlHeaders,
      ...encryptionEcho(upload.properties),
      ...(agreed ? { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type } : {}),
    },
    body: xmlDocument(
      'InitiateMultipartUploadResult',
      { Bucket: bucket.name, Key: upload.key, UploadId: upload.uploadId },
      s3Namespace,
    ),
  };
}

/** The refusal for an upload that is not open. */
function noSuchUpload(uploadId: string): Refusal {
  return new Refusal(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { fields: { UploadId: uploadId } },
  );
}

/** The upload a request is about, while it is open. */
export function findUpload({ model }: S3Context, call: ObjectCall): Upload {
  const uploadId = call.query.get('uploadId') ?? '';
  const upload = model.upload(call.bucket, call.key, uploadId);
  if (!upload) {
    throw noSuchUpload(uploadId);
  }
  return upload;
}

/** What was agreed on the checksum of an upload. */
export function checksumOfUpload({ uploadChecksums }: S3Context, { uploadId }: Upload): UploadChecksum {
  return uploadChecksums.get(uploadId) ?? usualChecksum;
}

/** The checksum of a part as an element, where the upload asked for one. */
export function partChecksum(context: S3Context, upload: Upload, part: StoredPart): Record<string, string> {
  const { algorithm, asked } = checksumOfUpload(context, upload);
  return asked && context.quirks.checksums ? { [checksumElement(algorithm)]: checksumOf(part.content, algorithm) } : {};
}

function partNumberOf({ quirks: { maxParts } }: S3Context, call: ObjectCall): number {
  const text = call.query.get('partNumber') ?? '';
  const partNumber = Number(text);
  if (!/^\d+$/.test(text) || partNumber < 1 || partNumber > maxParts) {
    throw invalidArgument(`Part number must be an integer between 1 and ${maxParts}, inclusive`, 'partNumber', text);
  }
  return partNumber;
}

function storePart(context: S3Context, upload: Upload, partNumber: number, content: Content): StoredPart {
  const etag = etagOf(content, upload.properties.encryption);
  return context.model.putPart(upload, { partNumber, content, etag, crc64: undefined });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export function uploadPart(context: S3Context, call: ObjectCall): Answer {
  findBucket(context, call);
  const partNumber = partNumberOf(context, call);
  const upload = findUpload(context, call);
  checkPartKey(call, upload.properties.encryption);
  const content = contentOf(call);
  const sent = checkSentChecksum(call, content);
  const agreed = checksumOfUpload(context, upload);
  if (agreed.asked && sent !== undefined && sent !== agreed.algorithm) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${agreed.algorithm}, actual checksum Type: ${sent}`,
    );
  }
  if (content.size > mostBytesOfCopy) {
    throw new Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      fields: { ProposedSize: String(content.size), MaxSizeAllowed: String(mostBytesOfCopy) },
    });
  }
  const part = storePart(context, upload, partNumber, content);
  const algorithm = sent ?? (agreed.asked ? agreed.algorithm : undefined);
  const tells = context.quirks.checksums && algorithm !== undefined;
  return {
    status: 200,
    headers: {
      etag: `"${part.etag}"`,
      ...(tells ? { [checksumHeader(algorithm)]: checksumOf(content, algorithm) } : {}),
      ...encryptionEcho(upload.properties),
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export function uploadPartCopy(context: S3Context, call: ObjectCall, tweaks: Tweaks): Answer {
  findBucket(context, call);
  const partNumber = partNumberOf(context, call);
  const upload = findUpload(context, call);
  checkPartKey(call, upload.properties.encryption);
  const source = openCopySource(context, call, !context.quirks.conditionsIgnored);
  const { content } = source.version;
  const named = tweaks.wholeObject
    ? undefined
    : copyRange(header(call, 'x-amz-copy-source-range'), content.size, context.quirks);
  const { offset, length } = named ?? { offset: 0, length: content.size };
  // A fault that copies the whole object has to work for sources of any size, so it skips the limit on parts.
  if (!tweaks.wholeObject) {
    checkCopySize(length);
  }
  const copied = content.slice(offset, Math.max(0, length - tweaks.missingBytes));
  const part = storePart(context, upload, partNumber, copied);
  return {
    status: 200,
    headers: { ...xmlHeaders, ...source.headers, ...encryptionEcho(upload.properties) },
    body: xmlDocument(
      'CopyPartResult',
      {
        LastModified: part.lastModified.toISOString(),
        ETag: `"${part.etag}"`,
        ...partChecksum(context, upload, part),
      },
      s3Namespace,
    ),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export function abortMultipartUpload(context: S3Context, call: ObjectCall): Answer {
  findBucket(context, call);
  context.model.endUpload(findUpload(context, call));
  return { status: 204, headers: {} };
}
