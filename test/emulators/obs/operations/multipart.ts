import type { Answer } from '../../answer.ts';
import type { Content } from '../../content.ts';
import type { Upload } from '../../object-types.ts';
import type { Tweaks } from '../../pipeline.ts';
import { Refusal } from '../../refusal.ts';
import { xmlDocument } from '../../xml.ts';
import {
  accessDenied,
  findBucket,
  invalid,
  type ObjectCall,
  type ObsContext,
  own,
  principalOf,
  xmlHeaders,
} from '../context.ts';
import { openCopySource } from '../copy-source.ts';
import { checkPartKey, echo, etagOf } from '../encryption.ts';
import { encodingOf } from '../listing.ts';
import { propertiesOf } from '../properties.ts';
import { copyRange } from '../ranges.ts';
import { bodyOf } from './write.ts';

const lastPartNumber = 10_000;
const mostBytesOfPart = 5 * 2 ** 30;

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0098.html */
export function initiateMultipartUpload(context: ObsContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const initiator = principalOf(call);
  if (bucket.initiator !== undefined && bucket.initiator !== initiator) {
    throw accessDenied();
  }
  const upload = context.model.createUpload(bucket.name, call.key, { initiator, properties: propertiesOf(call) });
  const encoding = encodingOf(call);
  return {
    status: 200,
    headers: { ...xmlHeaders, ...echo(call.dialect, upload.properties.encryption) },
    body: xmlDocument(
      'InitiateMultipartUploadResult',
      {
        EncodingType: encoding.name,
        Bucket: bucket.name,
        Key: encoding.encode(upload.key),
        UploadId: upload.uploadId,
      },
      call.dialect.namespace(context.region),
    ),
  };
}

/** The upload a request is about, while it is open. */
export function findUpload({ model }: ObsContext, call: ObjectCall): Upload {
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

/** What a part is for, as long as the request may add it: the number is right, the user began the upload, the key fits. */
function openPart(context: ObsContext, call: ObjectCall): { upload: Upload; partNumber: number } {
  findBucket(context, call.bucket);
  const text = call.query.get('partNumber') ?? '';
  const partNumber = Number(text);
  if (!/^\d+$/.test(text) || partNumber < 1 || partNumber > lastPartNumber) {
    throw invalid('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive.');
  }
  const upload = findUpload(context, call);
  if (upload.initiator !== principalOf(call)) {
    throw accessDenied();
  }
  checkPartKey(call, upload.properties.encryption);
  return { upload, partNumber };
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

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0099.html */
export function uploadPart(context: ObsContext, call: ObjectCall): Answer {
  const { upload, partNumber } = openPart(context, call);
  const content = bodyOf(call);
  checkPartSize(content);
  const { encryption } = upload.properties;
  const etag = etagOf(content, encryption);
  const part = context.model.putPart(upload, { partNumber, content, etag, crc64: undefined });
  return { status: 200, headers: { etag: `"${part.etag}"`, ...echo(call.dialect, encryption) } };
}

/**
 * The status goes out before the work is done, so only the ETag in the body says that it was:
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0100.html
 */
export function uploadPartCopy(context: ObsContext, call: ObjectCall, tweaks: Tweaks): Answer {
  const { upload, partNumber } = openPart(context, call);
  const { content } = openCopySource(context, call).version;
  const asked = tweaks.wholeObject ? undefined : copyRange(own(call, 'copy-source-range'), content.size);
  const range = asked ?? { offset: 0, length: content.size };
  const copied = content.slice(range.offset, Math.max(0, range.length - tweaks.missingBytes));
  // A fault that copies the whole object has to work for sources of any size, so it skips the limit on parts.
  if (!tweaks.wholeObject) {
    checkPartSize(copied);
  }
  const { encryption } = upload.properties;
  const etag = etagOf(copied, encryption);
  const part = context.model.putPart(upload, { partNumber, content: copied, etag, crc64: undefined });
  return {
    status: 200,
    chunked: true,
    headers: { ...xmlHeaders, ...echo(call.dialect, encryption) },
    body: xmlDocument(
      'CopyPartResult',
      { LastModified: part.lastModified.toISOString(), ETag: `"${part.etag}"` },
      call.dialect.namespace(context.region),
    ),
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0103.html */
export function abortMultipartUpload(context: ObsContext, call: ObjectCall): Answer {
  findBucket(context, call.bucket);
  context.model.endUpload(findUpload(context, call));
  return { status: 204, headers: {} };
}
