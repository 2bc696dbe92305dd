import type { Answer } from '../../answer.ts';
import type { Content } from '../../content.ts';
import type { StoredPart, Upload } from '../../object-types.ts';
import type { Tweaks } from '../../pipeline.ts';
import { Refusal } from '../../refusal.ts';
import { findBucket, header, jsonAnswer, type ObjectCall, type QingstorContext } from '../context.ts';
import { openCopySource } from '../copy-source.ts';
import { checkKey, encryptionEcho } from '../encryption.ts';
import { propertiesOf } from '../properties.ts';
import { contentRange, readRange } from '../ranges.ts';
import { bodyOf, checkLargest } from './write.ts';

const lastPartNumber = 10_000;

/** https://docs.qingcloud.com/qingstor/api/object/initiate_multipart_upload.html */
export function initiateMultipartUpload(context: QingstorContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const upload = context.model.createUpload(bucket.name, call.key, {
    initiator: call.account?.accessKeyId ?? '',
    properties: propertiesOf(call),
  });
  return jsonAnswer(
    { bucket: bucket.name, key: upload.key, upload_id: upload.uploadId },
    encryptionEcho(upload.properties.encryption),
  );
}

/** The upload a request is about, while it is open. */
export function findUpload({ model, quirks }: QingstorContext, call: ObjectCall): Upload {
  const upload = model.upload(call.bucket, call.key, call.query.get('upload_id') ?? '');
  if (!upload) {
    throw new Refusal(
      quirks.uploadMissingStatus,
      'upload_not_exists',
      'The upload does not exist: its id may be wrong, or it has been completed or aborted.',
    );
  }
  return upload;
}

function partNumberOf(call: ObjectCall): number {
  const text = call.query.get('part_number') ?? '';
  const partNumber = Number(text);
  if (!/^\d+$/.test(text) || partNumber > lastPartNumber) {
    throw new Refusal(400, 'invalid_argument', `The part_number must be an integer from 0 to ${lastPartNumber}.`);
  }
  return partNumber;
}

function storePart({ model }: QingstorContext, upload: Upload, partNumber: number, content: Content): StoredPart {
  return model.putPart(upload, { partNumber, content, etag: content.md5().toString('hex'), crc64: undefined });
}

/** https://docs.qingcloud.com/qingstor/api/object/multipart/upload_multipart.html */
export function uploadPart(context: QingstorContext, call: ObjectCall): Answer {
  findBucket(context, call.bucket);
  const partNumber = partNumberOf(call);
  const upload = findUpload(context, call);
  checkKey(call, upload.properties.encryption);
  const part = storePart(context, upload, partNumber, bodyOf(call));
  return {
    status: 201,
    headers: { etag: `"${part.etag}"`, ...encryptionEcho(upload.properties.encryption) },
  };
}

/** https://docs.qingcloud.com/qingstor/api/object/multipart/copy.html */
export function uploadPartCopy(context: QingstorContext, call: ObjectCall, tweaks: Tweaks): Answer {
  findBucket(context, call.bucket);
  const partNumber = partNumberOf(call);
  const upload = findUpload(context, call);
  checkKey(call, upload.properties.encryption);
  const { content } = openCopySource(context, call);
  const range = tweaks.wholeObject ? undefined : readRange(header(call, 'x-qs-copy-range'), content.size);
  const taken = range ?? { offset: 0, length: content.size };
  const copied = content.slice(taken.offset, Math.max(0, taken.length - tweaks.missingBytes));
  // A fault that copies the whole object has to work for sources of any size, so it skips the limit on parts.
  if (!tweaks.wholeObject) {
    checkLargest(copied);
  }
  const part = storePart(context, upload, partNumber, copied);
  return {
    status: 201,
    headers: {
      ...(context.quirks.etagOnCopy ? { etag: `"${part.etag}"` } : {}),
      ...(range ? { 'x-qs-content-copy-range': contentRange(range, content.size) } : {}),
      ...encryptionEcho(upload.properties.encryption),
    },
  };
}

/** Also where nothing is left to abort: https://docs.qingcloud.com/qingstor/api/object/abort_multipart_upload.html */
export function abortMultipartUpload(context: QingstorContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const upload = context.model.upload(bucket.name, call.key, call.query.get('upload_id') ?? '');
  if (upload) {
    context.model.endUpload(upload);
  }
  return { status: 204, headers: {} };
}
