import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { Refusal } from '../../refusal.ts';
import { elementsOf, textOf, xmlDocument } from '../../xml.ts';
import { findBucket, type ObjectCall, type OssContext, ossNamespace, versionHeader, xmlHeaders } from '../context.ts';
import { checkTags, isReadable } from '../properties.ts';
import { findVersion } from '../versions.ts';

const dayMs = 24 * 60 * 60 * 1000;

function opened(context: OssContext, call: ObjectCall): { version: StoredVersion; headers: Record<string, string> } {
  const bucket = findBucket(context, call.bucket);
  const version = findVersion(context, bucket, call.key, call.query.get('versionId'));
  return { version, headers: versionHeader(bucket, version.versionId) };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/getobjecttagging */
export function getObjectTagging(context: OssContext, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  const tags = version.tags.map(([name, value]) => ({ Key: name, Value: value }));
  return {
    status: 200,
    headers: { ...xmlHeaders, ...headers },
    body: xmlDocument('Tagging', { TagSet: { Tag: tags } }, ossNamespace),
  };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/putobjecttagging */
export function putObjectTagging(context: OssContext, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  const tags = elementsOf(call.request.body.toString('utf8'), 'Tag').map(
    (tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const,
  );
  context.model.amend(call.bucket, call.key, version.versionId, { tags: checkTags(tags) });
  return { status: 200, headers };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/getobjectacl */
export function getObjectAcl(context: OssContext, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  return {
    status: 200,
    headers: { ...xmlHeaders, ...headers },
    body: xmlDocument('AccessControlPolicy', {
      Owner: { ID: '0000000000000001', DisplayName: 'objectferry' },
      AccessControlList: { Grant: version.acl },
    }),
  };
}

/** Restoring takes a while and lasts some days: https://www.alibabacloud.com/help/en/oss/developer-reference/restoreobject */
export function restoreObject(context: OssContext, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  const now = context.model.now();
  const { restore, storageClass } = version;
  if (storageClass === 'Standard' || storageClass === 'IA') {
    throw new Refusal(400, 'OperationNotSupported', 'The operation is not supported for this resource.');
  }
  if (restore && restore.readyAt > now) {
    throw new Refusal(409, 'RestoreAlreadyInProgress', 'The restore operation is in progress.');
  }
  const days = Number(textOf(call.request.body.toString('utf8'), 'Days') ?? '1');
  const readable = isReadable(version, now);
  const readyAt = readable ? (restore?.readyAt ?? now) : new Date(now.getTime() + context.quirks.restoreMs);
  const expiresAt = new Date(Math.max(now.getTime(), readyAt.getTime()) + days * dayMs);
  context.model.amend(call.bucket, call.key, version.versionId, { restore: { readyAt, expiresAt } });
  return { status: readable ? 200 : 202, headers };
}
