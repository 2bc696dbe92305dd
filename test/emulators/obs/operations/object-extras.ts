import type { Answer } from '../../answer.ts';
import { Refusal } from '../../refusal.ts';
import { elementsOf, textOf, xmlDocument } from '../../xml.ts';
import { findBucket, type ObjectCall, type ObsContext, owner, xmlHeaders } from '../context.ts';
import { checkTags, isCold, isReadable } from '../properties.ts';
import { findVersion } from '../versions.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Restoring takes a while and lasts some days: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0087.html */
export function restoreObject(context: ObsContext, call: ObjectCall): Answer {
  const version = findVersion(context, call, findBucket(context, call.bucket));
  const now = context.model.now();
  const { restore } = version;
  if (!isCold(version)) {
    throw new Refusal(403, 'InvalidObjectState', "Restore is not allowed for the object's current storage class.");
  }
  if (restore && restore.readyAt > now) {
    throw new Refusal(409, 'RestoreAlreadyInProgress', 'Object restore is already in progress.');
  }
  const days = Number(textOf(call.request.body.toString('utf8'), 'Days') ?? '1');
  const readable = isReadable(version, now);
  const readyAt = readable ? (restore?.readyAt ?? now) : new Date(now.getTime() + context.quirks.restoreMs);
  const expiresAt = new Date(Math.max(now.getTime(), readyAt.getTime()) + days * dayMs);
  context.model.amend(call.bucket, call.key, version.versionId, { restore: { readyAt, expiresAt } });
  return { status: readable ? 200 : 202, headers: {} };
}

/** What everybody may do under a canned ACL. */
const publicGrants: Readonly<Record<string, readonly string[]>> = {
  'public-read': ['READ'],
  'public-read-write': ['READ', 'WRITE'],
};

/**
 * What a canned ACL stands for, everybody called as in the dialect:
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0089.html
 */
export function getObjectAcl(context: ObsContext, call: ObjectCall): Answer {
  const version = findVersion(context, call, findBucket(context, call.bucket));
  const everybody =
    call.dialect.prefix === 'x-obs-'
      ? { Canned: 'Everyone' }
      : { URI: 'http://acs.amazonaws.com/groups/global/AllUsers' };
  const grants = (publicGrants[version.acl] ?? []).map((permission) => ({
    Grantee: everybody,
    Permission: permission,
  }));
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument(
      'AccessControlPolicy',
      {
        Owner: { ID: owner.ID },
        AccessControlList: { Grant: [{ Grantee: { ID: owner.ID }, Permission: 'FULL_CONTROL' }, ...grants] },
      },
      call.dialect.namespace(context.region),
    ),
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0164.html */
export function getObjectTagging(context: ObsContext, call: ObjectCall): Answer {
  const version = findVersion(context, call, findBucket(context, call.bucket));
  const tags = version.tags.map(([name, value]) => ({ Key: name, Value: value }));
  return {
    status: 200,
    headers: xmlHeaders,
    body: xmlDocument('Tagging', { TagSet: { Tag: tags } }, call.dialect.namespace(context.region)),
  };
}

/** https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0172.html */
export function putObjectTagging(context: ObsContext, call: ObjectCall): Answer {
  const version = findVersion(context, call, findBucket(context, call.bucket));
  const tags = elementsOf(call.request.body.toString('utf8'), 'Tag').map(
    (tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const,
  );
  context.model.amend(call.bucket, call.key, version.versionId, { tags: checkTags(tags) });
  return { status: 204, headers: {} };
}
