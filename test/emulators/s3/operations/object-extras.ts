import type { Answer } from '../../answer.ts';
import type { StoredVersion } from '../../object-types.ts';
import { malformedXml } from '../../parts-document.ts';
import { Refusal } from '../../refusal.ts';
import { elementsOf, textOf, xmlDocument } from '../../xml.ts';
import { findBucket, type ObjectCall, type S3Context, s3Namespace, versionHeader, xmlHeaders } from '../context.ts';
import { checkTags, isCold, isReadable } from '../properties.ts';
import { findVersion } from '../versions.ts';

const dayMs = 24 * 60 * 60 * 1000;
const everybody = 'http://acs.amazonaws.com/groups/global/AllUsers';
const publicGrants: Readonly<Record<string, readonly string[]>> = {
  'public-read': ['READ'],
  'public-read-write': ['READ', 'WRITE'],
};

function opened(context: S3Context, call: ObjectCall): { version: StoredVersion; headers: Record<string, string> } {
  const bucket = findBucket(context, call);
  const version = findVersion(context, call, bucket);
  return { version, headers: versionHeader(bucket, version.versionId) };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export function getObjectTagging(context: S3Context, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  const tags = version.tags.map(([name, value]) => ({ Key: name, Value: value }));
  return {
    status: 200,
    headers: { ...xmlHeaders, ...headers },
    body: xmlDocument('Tagging', { TagSet: { Tag: tags } }, s3Namespace),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export function putObjectTagging(context: S3Context, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  const document = call.body.toString('utf8');
  if (!/<Tagging[\s>]/.test(document)) {
    throw malformedXml();
  }
  const tags = elementsOf(document, 'Tag').map(
    (tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const,
  );
  context.model.amend(call.bucket, call.key, version.versionId, { tags: checkTags(tags) });
  return { status: 200, headers };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html — what a canned ACL stands for. */
export function getObjectAcl(context: S3Context, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  const owner = { ID: context.ownerId, DisplayName: 'objectferry' };
  const grants = (publicGrants[version.acl] ?? []).map((permission) => ({
    Grantee: { URI: everybody },
    Permission: permission,
  }));
  return {
    status: 200,
    headers: { ...xmlHeaders, ...headers },
    body: xmlDocument(
      'AccessControlPolicy',
      { Owner: owner, AccessControlList: { Grant: [{ Grantee: owner, Permission: 'FULL_CONTROL' }, ...grants] } },
      s3Namespace,
    ),
  };
}

/** Restoring takes a while and lasts some days: https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html */
export function restoreObject(context: S3Context, call: ObjectCall): Answer {
  const { version, headers } = opened(context, call);
  const now = context.model.now();
  const { restore } = version;
  if (!isCold(version)) {
    throw new Refusal(403, 'InvalidObjectState', "Restore is not allowed for the object's current storage class");
  }
  if (restore && restore.readyAt > now) {
    throw new Refusal(409, 'RestoreAlreadyInProgress', 'Object restore is already in progress');
  }
  const days = Number(textOf(call.body.toString('utf8'), 'Days') ?? '1');
  const readable = isReadable(version, now);
  const readyAt = readable ? (restore?.readyAt ?? now) : new Date(now.getTime() + context.quirks.restoreMs);
  const expiresAt = new Date(Math.max(now.getTime(), readyAt.getTime()) + days * dayMs);
  context.model.amend(call.bucket, call.key, version.versionId, { restore: { readyAt, expiresAt } });
  return { status: readable ? 200 : 202, headers };
}
