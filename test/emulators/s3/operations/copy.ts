import type { Answer } from '../../answer.ts';
import type { ObjectProperties } from '../../object-types.ts';
import { xmlDocument } from '../../xml.ts';
import { algorithmNamed, algorithmOf, checksumElements, checksumHeaders, fullObjectChecksum } from '../checksums.ts';
import { checkWriteConditions } from '../conditions.ts';
import {
  findBucket,
  header,
  invalidArgument,
  invalidRequest,
  type ObjectCall,
  type S3Context,
  s3Namespace,
  versionHeader,
  xmlHeaders,
} from '../context.ts';
import { type OpenSource, openCopySource } from '../copy-source.ts';
import { etagOf } from '../encryption.ts';
import { encryptionEcho, metadataOf, ownProperties, tagsOf } from '../properties.ts';

/** What one request copies at most, be it an object or a part: 5 GiB. */
export const mostBytesOfCopy = 5 * 2 ** 30;

/** Refuses what is too large for one copy. */
export function checkCopySize(size: number): void {
  if (size > mostBytesOfCopy) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${mostBytesOfCopy}`,
    );
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export function copyObject(context: S3Context, call: ObjectCall): Answer {
  const bucket = findBucket(context, call);
  const source = openCopySource(context, call, !context.quirks.conditionsIgnored);
  const properties = copiedProperties(context, call, source);
  refuseNothingNew(call, source);
  const { content } = source.version;
  checkCopySize(content.size);
  checkWriteConditions(context, call, bucket);
  const algorithm =
    algorithmNamed(header(call, 'x-amz-checksum-algorithm')) ??
    algorithmOf(checksumHeaders(source.version, context.quirks));
  const stored = context.model.putVersion(bucket.name, call.key, {
    ...properties,
    content,
    // A copy in one piece has a plain ETag again, also where the source was made of parts.
    etag: etagOf(content, properties.encryption),
    crc64: undefined,
    checksums: fullObjectChecksum(content, algorithm),
  });
  return {
    status: 200,
    headers: {
      ...xmlHeaders,
      ...source.headers,
      ...versionHeader(bucket, stored.versionId),
      ...encryptionEcho(stored),
    },
    body: xmlDocument(
      'CopyObjectResult',
      {
        LastModified: stored.lastModified.toISOString(),
        ETag: `"${stored.etag}"`,
        ...checksumElements(checksumHeaders(stored, context.quirks)),
      },
      s3Namespace,
    ),
  };
}

function replaces(call: ObjectCall, name: string): boolean {
  const directive = header(call, name) ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument('Unknown directive.', name, directive);
  }
  return directive === 'REPLACE';
}

/** Metadata and tags follow their directives; ACL, class and encryption are the destination's own. */
function copiedProperties({ quirks }: S3Context, call: ObjectCall, { version }: OpenSource): ObjectProperties {
  const metadata = replaces(call, 'x-amz-metadata-directive')
    ? metadataOf(call, quirks)
    : { contentHeaders: version.contentHeaders, userMetadata: version.userMetadata };
  const tags = replaces(call, 'x-amz-tagging-directive') ? tagsOf(call) : version.tags;
  return { ...metadata, tags, ...ownProperties(call) };
}

/** An object copied onto itself has to become something else. */
function refuseNothingNew(call: ObjectCall, { bucket, version, pinned }: OpenSource): void {
  const changes = ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-website-redirect-location'];
  const same = bucket.name === call.bucket && version.key === call.key && !pinned;
  const changed =
    replaces(call, 'x-amz-metadata-directive') ||
    [...call.request.headers.keys()].some((name) => changes.some((change) => name.startsWith(change)));
  if (same && !changed) {
    throw invalidRequest(
      'This copy request is illegal because it is trying to copy an object to itself without changing the ' +
        "object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}
