import type { Answer } from '../../answer.ts';
import type { Content } from '../../content.ts';
import type { Upload } from '../../object-types.ts';
import { nameEncoding } from '../../pages.ts';
import type { Tweaks } from '../../pipeline.ts';
import { Refusal } from '../../refusal.ts';
import { xmlDocument } from '../../xml.ts';
import {
  crcHeader,
  findBucket,
  header,
  type ObjectCall,
  type OssContext,
  ossNamespace,
  xmlHeaders,
} from '../context.ts';
import { appendableSource, openCopySource } from '../copy-source.ts';
import { propertiesOf } from '../properties.ts';
import { contentRange, copyRange } from '../ranges.ts';
import { checkForbidOverwrite, checkWritable } from '../versions.ts';
import { bodyOf, forbidsOverwrite } from './write.ts';

const lastPartNumber = 10_000;
const mostBytesOfPart = 5 * 2 ** 30;

/** https://www.alibabacloud.com/help/en/oss/developer-reference/initiatemultipartupload */
export function initiateMultipartUpload(context: OssContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const initiator = call.account?.accessKeyId ?? '';
  if (bucket.initiator !== undefined && bucket.initiator !== initiator) {
    throw new Refusal(403, 'AccessDenied', 'You have no right to begin uploads in this bucket.');
  }
  const forbidOverwrite = forbidsOverwrite(call);
  checkForbidOverwrite(context, bucket, call.key, forbidOverwrite);
  // An ACL given here is not taken: it is documented for Complete only.
  const upload = context.model.createUpload(bucket.name, call.key, {
    initiator,
    properties: propertiesOf(call),
    forbidOverwrite,
  });
  const encoding = encodingOf(call);
  return {
    status: 200,
    headers: { ...xmlHeaders, ...upload.properties.encryption },
    body: xmlDocument(
      'InitiateMultipartUploadResult',
      {
        EncodingType: encoding.name,
        Bucket: bucket.name,
        Key: encoding.encode(upload.key),
        UploadId: upload.uploadId,
      },
      ossNamespace,
    ),
  };
}

/** How names in an answer are encoded. */
export function encodingOf({ query }: Pick<ObjectCall, 'query'>) {
  return nameEncoding(
    query,
    () => new Refusal(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request.'),
  );
}

/** The upload a request is about, while it is open. */
export function findUpload({ model }: OssContext, call: ObjectCall): Upload {
  const uploadId = call.query.get('uploadId') ?? '';
  const upload = model.upload(call.bucket, call.key, uploadId);
  if (!upload) {
    throw new Refusal(
      404,
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { fields: { UploadId: uploadId } },
    );
  }
  return upload;
}

function partNumberOf(call: ObjectCall): number {
  const text = call.query.get('partNumber') ?? '';
  const partNumber = Number(text);
  if (!/^\d+$/.test(text) || partNumber < 1 || partNumber > lastPartNumber) {
    throw new Refusal(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive.', {
      fields: { ArgumentName: 'partNumber', ArgumentValue: text },
    });
  }
  return partNumber;
}

function checkPartSize({ size }: Content): void {
  if (size > mostBytesOfPart) {
    throw new Refusal(
      400,
      'EntityTooLarge',
      'Your proposed upload exceeds the maximum allowed size of 5 GB for a part.',
      {
        fields: { MaxSizeAllowed: String(mostBytesOfPart), ProposedSize: String(size) },
      },
    );
  }
}

function etagOf(content: Content): string {
  return content.md5().toString('hex').toUpperCase();
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpart */
export function uploadPart(context: OssContext, call: ObjectCall): Answer {
  findBucket(context, call.bucket);
  const partNumber = partNumberOf(call);
  const upload = findUpload(context, call);
  const content = bodyOf(call);
  checkPartSize(content);
  const part = context.model.putPart(upload, { partNumber, content, etag: etagOf(content), crc64: content.crc64() });
  return {
    status: 200,
    headers: {
      etag: `"${part.etag}"`,
      'content-md5': content.md5().toString('base64'),
      ...crcHeader(part.crc64),
      ...upload.properties.encryption,
    },
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpartcopy */
export function uploadPartCopy(context: OssContext, call: ObjectCall, tweaks: Tweaks): Answer {
  const bucket = findBucket(context, call.bucket);
  const partNumber = partNumberOf(call);
  const upload = findUpload(context, call);
  const source = openCopySource(context, call);
  checkWritable(context, bucket, call.key);
  if (source.version.type === 'Appendable') {
    throw appendableSource('parts cannot be copied from it');
  }
  const { content } = source.version;
  const range = tweaks.wholeObject ? undefined : copyRange(header(call, 'x-oss-copy-source-range'), content.size);
  const taken = range ?? { offset: 0, length: content.size };
  const copied = content.slice(taken.offset, Math.max(0, taken.length - tweaks.missingBytes));
  // A fault that copies the whole object has to work for sources of any size, so it skips the limit on parts.
  if (!tweaks.wholeObject) {
    checkPartSize(copied);
  }
  const part = context.model.putPart(upload, {
    partNumber,
    content: copied,
    etag: etagOf(copied),
    crc64: context.quirks.crcForCopiedParts ? copied.crc64() : undefined,
  });
  return {
    status: 200,
    headers: {
      ...xmlHeaders,
      etag: `"${part.etag}"`,
      ...(range ? { 'content-range': contentRange(range, content.size) } : {}),
      ...source.headers,
      ...upload.properties.encryption,
    },
    body: xmlDocument(
      'CopyPartResult',
      { LastModified: part.lastModified.toISOString(), ETag: `"${part.etag}"` },
      ossNamespace,
    ),
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/abortmultipartupload */
export function abortMultipartUpload(context: OssContext, call: ObjectCall): Answer {
  findBucket(context, call.bucket);
  context.model.endUpload(findUpload(context, call));
  return { status: 204, headers: {} };
}
