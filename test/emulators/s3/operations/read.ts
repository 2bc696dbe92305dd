import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { checksumHeaders } from '../checksums.ts';
import { checkConditions } from '../conditions.ts';
import { findBucket, header, invalidRequest, type ObjectCall, type S3Context, versionHeader } from '../context.ts';
import { checkKmsKey, checkReadKey } from '../encryption.ts';
import { mayReadTags } from '../permissions.ts';
import { describe } from '../properties.ts';
import { type ByteRange, contentRange, partRange, readRange } from '../ranges.ts';
import { checkReadable, findVersion } from '../versions.ts';

interface Opened {
  readonly version: StoredVersion;
  readonly headers: Record<string, string>;
  readonly range: ByteRange | undefined;
}

const overrides = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

function open(context: S3Context, call: ObjectCall): Opened {
  const bucket = findBucket(context, call);
  const version = findVersion(context, call, bucket);
  checkReadKey(call, version.encryption);
  checkConditions(call, version, '', 304);
  const range = rangeOf(call, version);
  const { partSizes } = version;
  const countsParts = call.query.has('partNumber') && partSizes !== undefined;
  const asksChecksum = header(call, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !range;
  if (asksChecksum) {
    // Without the key nothing is told of the content.
    checkKmsKey(call, version.encryption);
  }
  return {
    version,
    range,
    headers: {
      ...describe(version, context.model.now(), mayReadTags(call)),
      ...Object.fromEntries(
        overrides.flatMap((name) => {
          const value = call.query.get(`response-${name}`);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
      ...(asksChecksum ? checksumHeaders(version, context.quirks) : {}),
      ...(countsParts ? { 'x-amz-mp-parts-count': String(partSizes.length) } : {}),
      ...(range ? { 'content-range': contentRange(range, version.content.size) } : {}),
      ...versionHeader(bucket, version.versionId),
    },
  };
}

function rangeOf(call: ObjectCall, version: StoredVersion): ByteRange | undefined {
  const range = header(call, 'range');
  const partNumber = call.query.get('partNumber');
  if (range !== undefined && partNumber !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  const found = partNumber === undefined ? readRange(range, version.content.size) : partRange(partNumber, version);
  // An object without bytes has no range that could be written down.
  return found?.length === 0 ? undefined : found;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function headObject(context: S3Context, call: ObjectCall): Answer {
  const { version, headers, range } = open(context, call);
  const length = range?.length ?? version.content.size;
  return { status: range ? 206 : 200, headers: { ...headers, 'content-length': String(length) } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(context: S3Context, call: ObjectCall): Answer {
  const { version, headers, range } = open(context, call);
  checkReadable(context, version);
  checkKmsKey(call, version.encryption);
  const { content } = version;
  return { status: range ? 206 : 200, headers, body: { content, offset: 0, length: content.size, ...range } };
}
