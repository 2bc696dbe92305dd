import type { Answer } from '../../answer.ts';
import type { Bucket, ObjectProperties, StoredVersion } from '../../object-types.ts';
import { Refusal } from '../../refusal.ts';
import { xmlDocument } from '../../xml.ts';
import { findBucket, invalid, type ObjectCall, type ObsContext, own, versionHeader, xmlHeaders } from '../context.ts';
import { openCopySource } from '../copy-source.ts';
import { echo, encryptionOf, etagOf } from '../encryption.ts';
import { aclOf, metadataOf, storageClassOf } from '../properties.ts';
import { checkWritable } from '../versions.ts';

const mostBytes = 5 * 2 ** 30;

/** The status goes out first and says nothing yet: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0082.html */
export function copyObject(context: ObsContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const source = openCopySource(context, call);
  const { content } = source.version;
  if (content.size > mostBytes) {
    throw new Refusal(400, 'EntityTooLarge', 'The source object is larger than the 5 GB that one copy may have.');
  }
  const properties = copiedProperties(call, source.version, bucket);
  checkWritable(context, bucket, call.key);
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...properties,
    content,
    etag: etagOf(content, properties.encryption),
    crc64: undefined,
  });
  const { prefix } = call.dialect;
  return {
    status: 200,
    chunked: true,
    headers: {
      ...xmlHeaders,
      ...versionHeader(call, bucket, stored.versionId),
      ...(source.bucket.versioning === 'never'
        ? {}
        : { [`${prefix}copy-source-version-id`]: source.version.versionId }),
      ...echo(call.dialect, stored.encryption),
    },
    body: xmlDocument(
      'CopyObjectResult',
      { LastModified: stored.lastModified.toISOString(), ETag: `"${stored.etag}"` },
      call.dialect.namespace(context.region),
    ),
  };
}

/** Metadata follows its directive; ACL, class and encryption are the target's own, and encryption is never dropped. */
function copiedProperties(
  call: ObjectCall,
  source: StoredVersion,
  bucket: Bucket,
): Partial<ObjectProperties> & Pick<ObjectProperties, 'encryption'> {
  const encryption = encryptionOf(call);
  if (Object.keys(source.encryption).length > 0 && Object.keys(encryption).length === 0) {
    throw invalid('InvalidRequest', 'An encrypted object cannot be copied to an object that is not encrypted.');
  }
  const metadata =
    own(call, 'metadata-directive')?.toUpperCase() === 'REPLACE'
      ? metadataOf(call)
      : { contentHeaders: source.contentHeaders, userMetadata: source.userMetadata };
  return {
    ...metadata,
    tags: source.tags,
    storageClass: bucket.storageClass,
    ...storageClassOf(call),
    ...aclOf(call),
    encryption,
  };
}
