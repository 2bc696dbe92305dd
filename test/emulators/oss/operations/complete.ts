import { createHash } from 'node:crypto';
import type { Answer } from '../../answer.ts';
import { Content } from '../../content.ts';
import { combine } from '../../crc64.ts';
import type { StoredPart, Upload } from '../../object-types.ts';
import {
  checkLeast,
  isAscending,
  malformedXml,
  type NamedPart,
  readParts,
  uploadedPart,
} from '../../parts-document.ts';
import { Refusal } from '../../refusal.ts';
import { xmlDocument } from '../../xml.ts';
import {
  crcHeader,
  findBucket,
  header,
  type ObjectCall,
  type OssContext,
  ossNamespace,
  versionHeader,
  xmlHeaders,
} from '../context.ts';
import { aclOf } from '../properties.ts';
import { checkForbidOverwrite, checkWritable } from '../versions.ts';
import { encodingOf, findUpload } from './multipart.ts';
import { bodyOf, forbidsOverwrite } from './write.ts';

const leastBytesOfPart = 100 * 1024;
const lastPartNumber = 10_000;

/** https://www.alibabacloud.com/help/en/oss/developer-reference/completemultipartupload */
export function completeMultipartUpload(context: OssContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const before = context.completed.get(call.query.get('uploadId') ?? '');
  if (before) {
    return before;
  }
  const upload = findUpload(context, call);
  const parts = partsToJoin(call, upload);
  checkForbidOverwrite(context, bucket, call.key, upload.forbidOverwrite || forbidsOverwrite(call));
  checkWritable(context, bucket, call.key);
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...upload.properties,
    ...aclOf(call),
    content: Content.concat(parts.map((part) => part.content)),
    crc64: combinedCrc(parts),
    etag: multipartEtag(parts),
    type: 'Multipart',
  });
  context.model.endUpload(upload);
  const encoding = encodingOf(call);
  const answer: Answer = {
    status: 200,
    headers: {
      ...xmlHeaders,
      etag: `"${stored.etag}"`,
      ...crcHeader(stored.crc64),
      ...versionHeader(bucket, stored.versionId),
      ...stored.encryption,
    },
    body: xmlDocument(
      'CompleteMultipartUploadResult',
      {
        EncodingType: encoding.name,
        Location: `http://${bucket.name}.oss-${bucket.region}.aliyuncs.com/${encoding.encode(call.key)}`,
        Bucket: bucket.name,
        Key: encoding.encode(call.key),
        ETag: `"${stored.etag}"`,
      },
      ossNamespace,
    ),
  };
  if (context.quirks.completeTwice === 'repeat') {
    context.completed.set(upload.uploadId, answer);
  }
  return answer;
}

/** The parts that the client lists, or all of them where it leaves that to the server. */
function partsToJoin(call: ObjectCall, upload: Upload): readonly StoredPart[] {
  const body = bodyOf(call).toBuffer().toString('utf8');
  if (header(call, 'x-oss-complete-all')?.toLowerCase() !== 'yes') {
    return checkedParts(readParts(body), upload);
  }
  if (body !== '') {
    throw new Refusal(400, 'InvalidArgument', 'The request must not have a body when x-oss-complete-all is set.');
  }
  const named = [...upload.parts.values()].sort((a, b) => a.partNumber - b.partNumber);
  return checkedParts(named, upload);
}

function checkedParts(named: readonly NamedPart[], upload: Upload): readonly StoredPart[] {
  if (named.length === 0) {
    throw malformedXml();
  }
  if (!isAscending(named) || (named.at(-1)?.partNumber ?? 0) > lastPartNumber) {
    throw new Refusal(
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts list must be specified in order by part number.',
    );
  }
  const parts = named.map((part) => uploadedPart(part, upload));
  checkLeast(parts, leastBytesOfPart, 'Your proposed upload smaller than the minimum allowed size.');
  return parts;
}

/** OSS knows the object's checksum only where it knows that of every part. */
function combinedCrc(parts: readonly StoredPart[]): bigint | undefined {
  return parts.reduce<bigint | undefined>(
    (crc, part) =>
      crc === undefined || part.crc64 === undefined ? undefined : combine(crc, part.crc64, part.content.size),
    0n,
  );
}

/** OSS does not say how it makes this; hashing the text of the ETags keeps clients from relying on the S3 way. */
function multipartEtag(parts: readonly StoredPart[]): string {
  const digest = createHash('md5')
    .update(parts.map((part) => part.etag).join(''))
    .digest('hex')
    .toUpperCase();
  return `${digest}-${parts.length}`;
}
