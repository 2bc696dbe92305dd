/** Everything that a copy does, what the sweep needs, and what the doctor needs to leave nothing behind. */
export const RIGHTS = [
  'write',
  'writeTags',
  'listParts',
  'abort',
  'read',
  'readTags',
  'seeAbsence',
  'listUploads',
  'delete',
] as const;

/** What the doctor does in a bucket, by the right that it takes. */
export type Right = (typeof RIGHTS)[number];

/** Rights that are granted on a bucket; all others are on its objects. */
const ON_BUCKETS: readonly Right[] = ['seeAbsence', 'listUploads'];

/** How a provider calls rights, and how it writes them down. */
interface Vocabulary {
  readonly actions: Readonly<Record<Right, readonly string[]>>;
  /** A document that allows all of the actions; those on the bucket itself apart. */
  readonly policy: (bucket: string, onObjects: readonly string[], onBucket: readonly string[]) => object;
}

/** Keys under which the doctor writes; a policy can allow deleting here and nowhere else. */
export const SCRATCH_PREFIX = 'objectferry-doctor/';

/**
 * Actions as the providers' policies spell them; docs/providers.md has them per use.
 *
 * @see https://www.alibabacloud.com/help/en/oss/user-guide/ram-policy-overview
 * @see https://support.huaweicloud.com/intl/en-us/perms-cfg-obs/obs_40_0041.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/bucket/policy/put_policy/
 */
const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  oss: {
    actions: {
      write: ['oss:PutObject'],
      listParts: ['oss:ListParts'],
      abort: ['oss:AbortMultipartUpload'],
      read: ['oss:GetObject', 'oss:GetObjectVersion'],
      writeTags: ['oss:PutObjectTagging'],
      readTags: ['oss:GetObjectTagging', 'oss:GetObjectVersionTagging'],
      seeAbsence: [],
      listUploads: ['oss:ListMultipartUploads'],
      delete: ['oss:DeleteObject', 'oss:DeleteObjectVersion'],
    },
    policy: capitalised('1', (bucket, key) => `acs:oss:*:*:${bucket}${key === undefined ? '' : `/${key}`}`),
  },
  obs: {
    actions: {
      write: ['obs:object:PutObject'],
      listParts: ['obs:object:ListMultipartUploadParts'],
      abort: ['obs:object:AbortMultipartUpload'],
      read: ['obs:object:GetObject', 'obs:object:GetObjectVersion'],
      writeTags: ['obs:object:PutObjectTagging'],
      readTags: ['obs:object:GetObjectTagging', 'obs:object:GetObjectVersionTagging'],
      seeAbsence: [],
      listUploads: ['obs:bucket:ListBucketMultipartUploads'],
      delete: ['obs:object:DeleteObject', 'obs:object:DeleteObjectVersion'],
    },
    policy: capitalised('1.1', (bucket, key) =>
      key === undefined ? `OBS:*:*:bucket:${bucket}` : `OBS:*:*:object:${bucket}/${key}`,
    ),
  },
  qingstor: {
    actions: {
      write: ['create_object', 'initiate_multipart_upload', 'upload_multipart', 'complete_multipart_upload'],
      listParts: ['list_multipart'],
      abort: ['abort_multipart_upload'],
      read: ['get_object', 'head_object'],
      writeTags: [],
      readTags: [],
      seeAbsence: [],
      listUploads: ['list_multipart_uploads'],
      delete: ['delete_object'],
    },
    policy: (bucket, onObjects, onBucket) => ({
      statement: [
        { id: 'objectferry-objects', user: ['USER'], effect: 'allow', action: onObjects, resource: [`${bucket}/*`] },
        { id: 'objectferry-bucket', user: ['USER'], effect: 'allow', action: onBucket, resource: [bucket] },
      ].filter(({ action }) => action.length > 0),
    }),
  },
  s3: {
    actions: {
      write: ['s3:PutObject'],
      listParts: ['s3:ListMultipartUploadParts'],
      abort: ['s3:AbortMultipartUpload'],
      read: ['s3:GetObject', 's3:GetObjectVersion'],
      writeTags: ['s3:PutObjectTagging'],
      readTags: ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'],
      seeAbsence: ['s3:ListBucket'],
      listUploads: ['s3:ListBucketMultipartUploads'],
      delete: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    },
    policy: capitalised('2012-10-17', (bucket, key) => `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`),
  },
};

/** The actions of a right in the provider's words; its own name where the provider is not known here. */
export function actionsOf(provider: string, right: Right): readonly string[] {
  return VOCABULARIES[provider]?.actions[right] ?? [right];
}

/** A policy document for rights in a bucket; undefined for a provider that is not known here. */
export function policyFor(provider: string, bucket: string, rights: readonly Right[]): object | undefined {
  const vocabulary = VOCABULARIES[provider];
  if (vocabulary === undefined) return undefined;
  const named = (chosen: readonly Right[]) => chosen.flatMap((right) => vocabulary.actions[right]);
  return vocabulary.policy(
    bucket,
    named(rights.filter((right) => !ON_BUCKETS.includes(right))),
    named(rights.filter((right) => ON_BUCKETS.includes(right))),
  );
}

/** The document that Alibaba Cloud, Huawei and Amazon share but for version and names. Only scratch may be deleted. */
function capitalised(version: string, resource: (bucket: string, key?: string) => string): Vocabulary['policy'] {
  return (bucket, onObjects, onBucket) => {
    const isDelete = (action: string) => /:DeleteObject/.test(action);
    const statements = [
      { Effect: 'Allow', Action: onObjects.filter((action) => !isDelete(action)), Resource: [resource(bucket, '*')] },
      { Effect: 'Allow', Action: onObjects.filter(isDelete), Resource: [resource(bucket, `${SCRATCH_PREFIX}*`)] },
      { Effect: 'Allow', Action: onBucket, Resource: [resource(bucket)] },
    ];
    return { Version: version, Statement: statements.filter(({ Action }) => Action.length > 0) };
  };
}
