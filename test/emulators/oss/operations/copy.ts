import type { Answer } from '../../answer.ts';
import type { Bucket, ObjectProperties, StoredVersion } from '../../object-types.ts';
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
import { appendableSource, openCopySource } from '../copy-source.ts';
import { aclOf, encryptionOf, metadataOf, storageClassOf, tagsOf } from '../properties.ts';
import { checkForbidOverwrite, checkWritable } from '../versions.ts';
import { forbidsOverwrite } from './write.ts';

const mostBytesOfRealCopy = 2 ** 30;

/** https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject */
export function copyObject(context: OssContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const source = openCopySource(context, call);
  if (source.version.type === 'Appendable' && bucket.versioning !== 'never') {
    throw appendableSource('it can be copied only into a bucket without versioning');
  }
  const properties = copiedProperties(call, source.version, bucket);
  checkSize(context, source.version, source.bucket, bucket, properties);
  checkForbidOverwrite(context, bucket, call.key, forbidsOverwrite(call));
  checkWritable(context, bucket, call.key);
  const { content, etag, type } = source.version;
  const keepsParts = type === 'Multipart';
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...properties,
    content,
    crc64: context.quirks.crcForCopiedParts ? content.crc64() : undefined,
    ...(keepsParts ? { etag, type } : {}),
  });
  return {
    status: 200,
    headers: {
      ...xmlHeaders,
      etag: `"${stored.etag}"`,
      ...crcHeader(stored.crc64),
      ...source.headers,
      ...versionHeader(bucket, stored.versionId),
      ...stored.encryption,
    },
    body: xmlDocument(
      'CopyObjectResult',
      { LastModified: stored.lastModified.toISOString(), ETag: `"${stored.etag}"` },
      ossNamespace,
    ),
  };
}

/** Metadata and tags follow their directives; ACL, class and encryption are the destination's own. */
function copiedProperties(call: ObjectCall, source: StoredVersion, bucket: Bucket): Partial<ObjectProperties> {
  const replaces = (name: string) => header(call, name)?.toUpperCase() === 'REPLACE';
  const metadata = replaces('x-oss-metadata-directive')
    ? metadataOf(call)
    : { contentHeaders: source.contentHeaders, userMetadata: source.userMetadata };
  return {
    ...metadata,
    tags: replaces('x-oss-tagging-directive') ? tagsOf(call) : source.tags,
    storageClass: bucket.storageClass,
    ...storageClassOf(call),
    encryption: encryptionOf(call),
    ...aclOf(call),
  };
}

/** Within one bucket and without a change of class or encryption nothing moves, so no size is too large. */
function checkSize(
  { quirks }: OssContext,
  source: StoredVersion,
  from: Bucket,
  to: Bucket,
  properties: Partial<ObjectProperties>,
): void {
  const algorithm = 'x-oss-server-side-encryption';
  const shallow =
    quirks.shallowCopies &&
    from.name === to.name &&
    properties.storageClass === source.storageClass &&
    properties.encryption?.[algorithm] === source.encryption[algorithm];
  if (!shallow && source.content.size > mostBytesOfRealCopy) {
    throw new Refusal(400, 'EntityTooLarge', 'Your proposed copy source exceeds the maximum allowed size of 1 GB.', {
      fields: { MaxSizeAllowed: String(mostBytesOfRealCopy), ProposedSize: String(source.content.size) },
    });
  }
}
