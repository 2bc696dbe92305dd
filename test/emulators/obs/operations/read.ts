import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { checkReadConditions } from '../conditions.ts';
import { findBucket, header, type ObjectCall, type ObsContext, versionHeader } from '../context.ts';
import { checkKmsKey, checkReadKey } from '../encryption.ts';
import { mayReadTags } from '../permissions.ts';
import { crcHeader, describe } from '../properties.ts';
import { contentRange, readRange } from '../ranges.ts';
import { checkReadable, findVersion } from '../versions.ts';

interface Opened {
  readonly version: StoredVersion;
  readonly headers: Record<string, string>;
}

function open(context: ObsContext, call: ObjectCall): Opened {
  const bucket = findBucket(context, call.bucket);
  const version = findVersion(context, call, bucket);
  checkReadKey(call, version.encryption, '');
  checkReadConditions(call, version);
  return {
    version,
    headers: {
      ...describe(call.dialect, version, context.model.now(), mayReadTags(context, call)),
      ...(context.quirks.crc64 === 'told' ? crcHeader(call.dialect, version) : {}),
      ...versionHeader(call, bucket, version.versionId),
    },
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0084.html */
export function headObject(context: ObsContext, call: ObjectCall): Answer {
  const { version, headers } = open(context, call);
  return { status: 200, headers: { ...headers, 'content-length': String(version.content.size) } };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0083.html */
export function getObject(context: ObsContext, call: ObjectCall): Answer {
  const { version, headers } = open(context, call);
  checkReadable(context, version);
  checkKmsKey(call, version.encryption);
  const { content } = version;
  const range = readRange(header(call, 'range'), content.size);
  if (!range) {
    return { status: 200, headers, body: { content, offset: 0, length: content.size } };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange(range, content.size) },
    body: { content, ...range },
  };
}
