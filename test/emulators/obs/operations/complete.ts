import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import type { Bucket, StoredPart, StoredVersion, Upload } from '../../object-types.ts';
import { checkLeast, isAscending, type NamedPart, readParts, uploadedPart } from '../../parts-document.ts';
import { encodePercent } from '../../query.ts';
import { Refusal } from '../../refusal.ts';
import { xmlDocument } from '../../xml.ts';
import { findBucket, type ObjectCall, type ObsContext, versionHeader, xmlHeaders } from '../context.ts';
import { amzDialect } from '../dialect.ts';
import { compositeEtag, echo } from '../encryption.ts';
import { encodingOf } from '../listing.ts';
import { checkWritable } from '../versions.ts';
import { findUpload } from './multipart.ts';
import { bodyOf } from './write.ts';

/** Joins the parts that are listed; the others are gone: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0102.html */
export function completeMultipartUpload(context: ObsContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const before = context.completed.get(call.query.get('uploadId') ?? '');
  if (before) {
    return before;
  }
  const upload = findUpload(context, call);
  const parts = checkedParts(readParts(bodyOf(call).toBuffer().toString('utf8')), upload, leastBytes(context, call));
  checkWritable(context, bucket, call.key);
  const { encryption } = upload.properties;
  const etag = compositeEtag(
    parts.map((part) => part.etag),
    encryption,
  );
  const stored = store(context, bucket, upload, parts, etag);
  context.model.endUpload(upload);
  const encoding = encodingOf(call);
  const answer: Answer = {
    status: 200,
    headers: {
      ...xmlHeaders,
      ...(stored ? versionHeader(call, bucket, stored.versionId) : {}),
      ...echo(call.dialect, encryption),
    },
    body: xmlDocument(
      'CompleteMultipartUploadResult',
      {
        EncodingType: encoding.name,
        Location: `http://${bucket.name}.obs.${bucket.region}.myhuaweicloud.com/${encodePercent(call.key)}`,
        Bucket: bucket.name,
        Key: encoding.encode(call.key),
        ETag: `"${etag}"`,
      },
      call.dialect.namespace(context.region),
    ),
  };
  if (context.quirks.completeTwice === 'repeat') {
    context.completed.set(upload.uploadId, answer);
  }
  return answer;
}

function leastBytes({ quirks }: ObsContext, call: ObjectCall): number {
  return call.dialect === amzDialect ? quirks.leastPartBytes.amz : quirks.leastPartBytes.native;
}

/**
 * The last write wins, and the moment of this write is that of its Initiate: what was written since then stays the current
 * version, and without versioning it is all that stays.
 */
function store(
  { model }: ObsContext,
  bucket: Bucket,
  upload: Upload,
  parts: readonly StoredPart[],
  etag: string,
): StoredVersion | undefined {
  const current = model.version(bucket.name, upload.key);
  const late = current !== undefined && current.lastModified > upload.initiated;
  if (late && bucket.versioning !== 'enabled') {
    return;
  }
  const stored = model.putVersion(bucket.name, upload.key, {
    ...upload.properties,
    content: Content.concat(parts.map((part) => part.content)),
    etag,
    crc64: undefined,
    type: 'Multipart',
    uploadId: upload.uploadId,
    lastModified: upload.initiated,
  });
  if (late) {
    const newestFirst = (a: StoredVersion, b: StoredVersion) => b.lastModified.getTime() - a.lastModified.getTime();
    bucket.objects.get(upload.key)?.sort(newestFirst);
  }
  return stored;
}

function checkedParts(named: readonly NamedPart[], upload: Upload, least: number): readonly StoredPart[] {
  if (!isAscending(named)) {
    throw new Refusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order by part number.');
  }
  const parts = named.map((part) => uploadedPart(part, upload));
  checkLeast(parts, least, 'Your proposed upload is smaller than the minimum allowed object size.');
  return parts;
}
