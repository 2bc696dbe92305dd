import type { Bucket, StoredVersion } from '../object-types.ts';
import { asksForChange, type ConditionName, failedCondition, matchesAny } from '../preconditions.ts';
import { Refusal } from '../refusal.ts';
import { header, type ObjectCall, type S3Call, type S3Context } from './context.ts';

/** The ETag condition that outranks a time. */
const OUTRANKED_BY: Readonly<Partial<Record<ConditionName, ConditionName>>> = {
  'if-unmodified-since': 'if-match',
  'if-modified-since': 'if-none-match',
};

/**
 * Checks the four conditions that stand under the given prefix: none for a read, `x-amz-copy-source-` for a copy. An ETag that
 * is named outranks the time that goes with it. https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
 */
export function checkConditions(
  call: S3Call,
  version: StoredVersion,
  prefix: string,
  unchangedStatus: 304 | 412,
): void {
  const given = (name: ConditionName) => header(call, `${prefix}${name}`);
  const name = failedCondition(version, (condition) => {
    const stronger = OUTRANKED_BY[condition];
    return stronger !== undefined && given(stronger) !== undefined ? undefined : given(condition);
  });
  if (name !== undefined) {
    throw failed(asksForChange(name) ? unchangedStatus : 412, titleCase(name), prefix);
  }
}

/** As Amazon names a condition in its error document. */
function titleCase(name: ConditionName): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function failed(status: number, condition: string, prefix: string): Refusal {
  const name = prefix === '' ? condition : `${prefix}${condition}`;
  return status === 304
    ? new Refusal(304, 'NotModified', 'Not Modified')
    : new Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
        fields: { Condition: name },
      });
}

/** Checks the conditions of a write: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function checkWriteConditions({ model, quirks }: S3Context, call: ObjectCall, bucket: Bucket): void {
  if (quirks.writeConditions === 'ignored') {
    return;
  }
  const ifNoneMatch = header(call, 'if-none-match');
  const ifMatch = header(call, 'if-match');
  const current = model.getObject(bucket.name, call.key);
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new Refusal(501, 'NotImplemented', 'If-None-Match of a write can only be *.', {
      fields: { Header: 'If-None-Match' },
    });
  }
  if (ifNoneMatch !== undefined && current) {
    throw failed(412, 'If-None-Match', '');
  }
  if (ifMatch !== undefined && !current) {
    throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { fields: { Key: call.key } });
  }
  if (ifMatch !== undefined && current && !matchesAny(ifMatch, current)) {
    throw failed(412, 'If-Match', '');
  }
}
