import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { checkConditions } from '../conditions.ts';
import { crcHeader, findBucket, header, type ObjectCall, type OssContext, versionHeader } from '../context.ts';
import { mayReadTags } from '../permissions.ts';
import { describe } from '../properties.ts';
import { contentRange, readRange } from '../ranges.ts';
import { checkReadable, findVersion, followLink } from '../versions.ts';

interface Opened {
  readonly version: StoredVersion;
  readonly headers: Record<string, string>;
}

function open(context: OssContext, call: ObjectCall): Opened {
  const bucket = findBucket(context, call.bucket);
  const named = findVersion(context, bucket, call.key, call.query.get('versionId'));
  const version = followLink(context, bucket, named);
  checkConditions(call, version, '', 304);
  return {
    version,
    headers: {
      ...describe(version, context.model.now(), mayReadTags(context, call)),
      'x-oss-object-type': named.type,
      ...crcHeader(version.crc64),
      ...versionHeader(bucket, named.versionId),
    },
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/headobject */
export function headObject(context: OssContext, call: ObjectCall): Answer {
  const { version, headers } = open(context, call);
  return { status: 200, headers: { ...headers, 'content-length': String(version.content.size) } };
}

const metaNames = ['etag', 'last-modified', 'x-oss-hash-crc64ecma', 'x-oss-version-id'];

/** The cheap HEAD, which leaves out type, class, restore state and encryption. */
export function getObjectMeta(context: OssContext, call: ObjectCall): Answer {
  const { version, headers } = open(context, call);
  return {
    status: 200,
    headers: {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => metaNames.includes(name))),
      'content-length': String(version.content.size),
    },
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/getobject */
export function getObject(context: OssContext, call: ObjectCall): Answer {
  const { version, headers } = open(context, call);
  checkReadable(context, version);
  const { content } = version;
  const standard = header(call, 'x-oss-range-behavior') === 'standard';
  const range = readRange(header(call, 'range'), content.size, standard);
  if (!range) {
    return { status: 200, headers, body: { content, offset: 0, length: content.size } };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange(range, content.size) },
    body: { content, ...range },
  };
}
