import type { Answer } from '../../answer.ts';
import type { ObjectProperties, StoredVersion } from '../../object-types.ts';
import { Refusal } from '../../refusal.ts';
import { findBucket, header, type ObjectCall, type QingstorContext, versionHeader } from '../context.ts';
import { openCopySource } from '../copy-source.ts';
import { encryptionEcho, encryptionOf } from '../encryption.ts';
import { metadataOf, storageClassOf } from '../properties.ts';
import { checkLargest } from './write.ts';

/** https://docs.qingcloud.com/qingstor/api/object/copy.html */
export function copyObject(context: QingstorContext, call: ObjectCall): Answer {
  const bucket = findBucket(context, call.bucket);
  const source = openCopySource(context, call);
  checkLargest(source.content);
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...copiedMetadata(call, source),
    storageClass: storageClassOf(call),
    encryption: encryptionOf(call),
    content: source.content,
    crc64: undefined,
  });
  return {
    status: 201,
    headers: {
      ...(context.quirks.etagOnCopy ? { etag: `"${stored.etag}"` } : {}),
      ...versionHeader(bucket, stored.versionId),
      ...encryptionEcho(stored.encryption),
    },
  };
}

/** Metadata follows the directive; class and encryption are the destination's own. */
function copiedMetadata(
  call: ObjectCall,
  source: StoredVersion,
): Pick<ObjectProperties, 'contentHeaders' | 'userMetadata'> {
  const directive = header(call, 'x-qs-metadata-directive')?.toLowerCase() ?? 'copy';
  if (directive !== 'copy' && directive !== 'replace') {
    throw new Refusal(400, 'invalid_argument', 'The x-qs-metadata-directive must be copy or replace.');
  }
  return directive === 'replace'
    ? metadataOf(call)
    : { contentHeaders: source.contentHeaders, userMetadata: source.userMetadata };
}
