import { mayDo } from '../account.ts';
import { accessDenied, type ObsCall, type ObsContext, own } from './context.ts';

/** What is done to a named version of an object, or to its current one. */
const versionActions: Readonly<Record<string, readonly string[]>> = {
  'obs:object:GetObject': ['obs:object:GetObjectVersion'],
  // https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0164.html
  'obs:object:GetObjectTagging': ['obs:object:GetObjectTagging', 'obs:object:GetObjectVersionTagging'],
  'obs:object:PutObjectTagging': ['obs:object:PutObjectTagging', 'obs:object:PutObjectVersionTagging'],
  'obs:object:DeleteObject': ['obs:object:DeleteObjectVersion'],
};

/** Operations that make an object, with everything that it is to have. */
const creating = ['PutObject', 'CopyObject', 'InitiateMultipartUpload'];

/** The role whose holders may use keys: https://support.huaweicloud.com/intl/en-us/sdk-java-devg-obs/obs_21_1902.html */
const keyRole = 'KMS Administrator';

interface Place {
  readonly bucket: string | undefined;
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
}

/** Refuses what the account may not do to a bucket, to an object or to a version of one. */
export function authorizeAccess(context: ObsContext, call: ObsCall, action: string, place: Place): void {
  if (!may(context, call, action, place)) {
    throw accessDenied();
  }
}

/** Whether the account may read the tags of what the request names: to others HEAD does not say that there are any. */
export function mayReadTags(context: ObsContext, call: ObsCall): boolean {
  const { bucket, key } = call;
  return may(context, call, 'obs:object:GetObjectTagging', { bucket, key, versionId: call.query.get('versionId') });
}

function may({ region }: ObsContext, call: ObsCall, action: string, { bucket, key, versionId }: Place): boolean {
  const name = key === undefined ? `bucket:${bucket ?? ''}` : `object:${bucket}/${key}`;
  const resource = `OBS:${region}:objectferry-domain:${name}`;
  const actions = (versionId === undefined ? undefined : versionActions[action]) ?? [action];
  return actions.every((wanted) => mayDo(call.account, { action: wanted, resource, bucket }));
}

/**
 * Refuses a request for which the account lacks a right: the operation's own, and those that headers of a new object take.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0112.html
 */
export function authorizeRequest(context: ObsContext, call: ObsCall, action: string): void {
  const { bucket, key } = call;
  authorizeAccess(context, call, action, { bucket, key, versionId: call.query.get('versionId') });
  if (!creating.includes(call.operation)) {
    return;
  }
  if (own(call, 'tagging') !== undefined) {
    authorizeAccess(context, call, 'obs:object:PutObjectTagging', { bucket, key });
  }
  if (own(call, 'acl') !== undefined) {
    authorizeAccess(context, call, 'obs:object:PutObjectAcl', { bucket, key });
  }
  if (own(call, 'server-side-encryption') === call.dialect.kms) {
    authorizeKey(call);
  }
}

/** Refuses the use of keys of KMS to whom only a policy lets in: such a policy cannot name them, a role can. */
export function authorizeKey({ account }: ObsCall): void {
  if (account?.policy !== undefined && !account.roles?.includes(keyRole)) {
    throw accessDenied();
  }
}
