import { mayDo } from '../account.ts';
import { Refusal } from '../refusal.ts';
import { header, type OssCall, type OssContext } from './context.ts';

/** What is needed besides, where a version is named. */
const versionActions: Readonly<Record<string, string>> = {
  'oss:GetObject': 'oss:GetObjectVersion',
  'oss:GetObjectTagging': 'oss:GetObjectVersionTagging',
  'oss:GetObjectAcl': 'oss:GetObjectVersionAcl',
  'oss:PutObjectTagging': 'oss:PutObjectVersionTagging',
  'oss:DeleteObject': 'oss:DeleteObjectVersion',
};

/** Operations that make an object, with everything that it is to have. */
const creating = ['PutObject', 'CopyObject', 'InitiateMultipartUpload'];
const owner = '1234567890123456';
/** What encrypts where a request names no key. */
const managedKey = 'alias/acs/oss';

interface Place {
  readonly bucket: string | undefined;
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
}

function authorize(call: OssCall, action: string, resource: string, bucket: string | undefined): void {
  if (!mayDo(call.account, { action, resource, bucket })) {
    throw new Refusal(403, 'AccessDenied', 'You have no right to access this object because of bucket acl.', {
      fields: { AuthAction: action },
    });
  }
}

/** Refuses what the account may not do to a bucket, to an object or to a version of one. */
export function authorizeAccess(context: OssContext, call: OssCall, action: string, place: Place): void {
  for (const wanted of actionsOn(action, place)) {
    authorize(call, wanted, resourceOf(context, place), place.bucket);
  }
}

/** Whether the account may read the tags of what the request names: to others HEAD does not say that there are any. */
export function mayReadTags(context: OssContext, call: OssCall): boolean {
  const { bucket, key } = call;
  const place = { bucket, key, versionId: call.query.get('versionId') };
  const resource = resourceOf(context, place);
  return actionsOn('oss:GetObjectTagging', place).every((action) => mayDo(call.account, { action, resource, bucket }));
}

function resourceOf({ region }: OssContext, { bucket = '', key }: Place): string {
  return `acs:oss:oss-${region}:${owner}:${key === undefined ? bucket : `${bucket}/${key}`}`;
}

function actionsOn(action: string, { versionId }: Place): readonly string[] {
  const besides = versionId === undefined ? undefined : versionActions[action];
  return besides === undefined ? [action] : [action, besides];
}

/**
 * Refuses a request for which the account lacks a right: the operation's own, and those that headers of a new object take.
 * https://www.alibabacloud.com/help/en/oss/developer-reference/initiatemultipartupload
 */
export function authorizeRequest(context: OssContext, call: OssCall, action: string): void {
  const { bucket, key } = call;
  authorizeAccess(context, call, action, { bucket, key, versionId: call.query.get('versionId') });
  if (header(call, 'x-oss-object-acl') !== undefined) {
    authorizeAccess(context, call, 'oss:PutObjectAcl', { bucket, key });
  }
  if (!creating.includes(call.operation)) {
    return;
  }
  if (header(call, 'x-oss-tagging') !== undefined) {
    authorizeAccess(context, call, 'oss:PutObjectTagging', { bucket, key });
  }
  if (header(call, 'x-oss-server-side-encryption') === 'KMS') {
    const id = header(call, 'x-oss-server-side-encryption-key-id') ?? managedKey;
    for (const use of ['kms:GenerateDataKey', 'kms:Decrypt']) {
      authorize(call, use, `acs:kms:${context.region}:${owner}:key/${id}`, undefined);
    }
  }
}
