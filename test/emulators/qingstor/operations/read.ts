import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { checkConditions } from '../conditions.ts';
import { findBucket, header, type ObjectCall, type QingstorContext, versionHeader } from '../context.ts';
import { checkKey, checkKeyIfGiven } from '../encryption.ts';
import { describe } from '../properties.ts';
import { contentRange, readRange } from '../ranges.ts';
import { findVersion } from '../versions.ts';

interface Opened {
  readonly version: StoredVersion;
  readonly headers: Record<string, string>;
}

function open(context: QingstorContext, call: ObjectCall): Opened {
  const bucket = findBucket(context, call.bucket);
  const version = findVersion(context, bucket, call.key, call.query.get('version_id'));
  checkConditions(call, version, '', 304);
  return { version, headers: { ...describe(version), ...versionHeader(bucket, version.versionId) } };
}

/** https://docs.qingcloud.com/qingstor/api/object/head.html */
export function headObject(context: QingstorContext, call: ObjectCall): Answer {
  const { version, headers } = open(context, call);
  checkKeyIfGiven(call, version.encryption);
  return { status: 200, headers: { ...headers, 'content-length': String(version.content.size) } };
}

/** https://docs.qingcloud.com/qingstor/api/object/get.html */
export function getObject(context: QingstorContext, call: ObjectCall): Answer {
  const { version, headers } = open(context, call);
  checkKey(call, version.encryption);
  const { content } = version;
  const range = readRange(header(call, 'range'), content.size);
  const described = { ...headers, ...overrides(call) };
  if (!range) {
    return { status: 200, headers: described, body: { content, offset: 0, length: content.size } };
  }
  return {
    status: 206,
    headers: { ...described, 'content-range': contentRange(range, content.size) },
    body: { content, ...range },
  };
}

/** Headers that the request wants to see in the answer, as `response-content-type` does. */
function overrides({ query }: ObjectCall): Record<string, string> {
  return Object.fromEntries(
    query.entries
      .filter(([name]) => name.startsWith('response-'))
      .map(([name, value]) => [name.slice('response-'.length), value ?? '']),
  );
}
