import { mayDo } from '../account.ts';
import { accessDenied, header, type S3Call } from './context.ts';

/** What is done to a named version of an object, or to its current one. */
const versionActions: Readonly<Record<string, string>> = {
  's3:GetObject': 's3:GetObjectVersion',
  's3:GetObjectTagging': 's3:GetObjectVersionTagging',
  's3:GetObjectAcl': 's3:GetObjectVersionAcl',
  's3:PutObjectTagging': 's3:PutObjectVersionTagging',
  's3:DeleteObject': 's3:DeleteObjectVersion',
};

/** Operations that make an object, with everything that it is to have. */
const creating = ['PutObject', 'CopyObject', 'CreateMultipartUpload'];

/** The name of a bucket, or of an object in it, in policies. */
function arnOf(bucket = '', key?: string): string {
  return `arn:aws:s3:::${key === undefined ? bucket : `${bucket}/${key}`}`;
}

function may(call: S3Call, action: string, bucket: string | undefined, key?: string): boolean {
  return mayDo(call.account, { action, resource: arnOf(bucket, key), bucket });
}

/** Refuses what the account may not do. */
export function authorize(call: S3Call, action: string, bucket: string | undefined, key?: string): void {
  if (!may(call, action, bucket, key)) {
    throw accessDenied(`The account is not authorized to perform ${action} on this resource.`);
  }
}

/** Whether the account may read the tags of what the request names: to others HEAD does not say that there are any. */
export function mayReadTags(call: S3Call): boolean {
  return may(call, versionAction('s3:GetObjectTagging', call.query.get('versionId')), call.bucket, call.key);
}

/** Reading a version that is named is another right than reading the current one. */
export function versionAction(action: string, versionId: string | undefined): string {
  return versionId === undefined ? action : (versionActions[action] ?? action);
}

/**
 * Refuses a request for which the account lacks a right: the operation's own, and those that headers of a new object take.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function authorizeRequest(call: S3Call, action: string): void {
  const { bucket, key } = call;
  authorize(call, versionAction(action, call.query.get('versionId')), bucket, key);
  if (!creating.includes(call.operation)) {
    return;
  }
  if (header(call, 'x-amz-tagging') !== undefined) {
    authorize(call, 's3:PutObjectTagging', bucket, key);
  }
  if (header(call, 'x-amz-acl') !== undefined) {
    authorize(call, 's3:PutObjectAcl', bucket, key);
  }
}

/** Refuses the use of a key of KMS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
export function authorizeKey(call: S3Call, action: 'kms:GenerateDataKey' | 'kms:Decrypt', arn: string): void {
  if (!mayDo(call.account, { action, resource: arn, bucket: undefined })) {
    throw accessDenied(`The account is not authorized to perform ${action} on the resource ${arn}.`);
  }
}

/** Whoever may not list a bucket is not told that something is missing there, but refused. */
export function refuseUnlisted(call: S3Call, bucket: string): void {
  authorize(call, 's3:ListBucket', bucket);
}
