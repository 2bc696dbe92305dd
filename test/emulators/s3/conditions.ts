import type { Bucket, StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, type ObjectCall, type S3Call, type S3Context } from './context.ts';

/** Strips what clients put around an ETag: quotes, also as entities would have it, and a weakness mark. */
export function bareEtag(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
}

function seconds(date: number): number {
  return Math.floor(date / 1000);
}

function matchesAny(list: string, version: StoredVersion): boolean {
  return list.trim() === '*' || list.split(',').some((etag) => bareEtag(etag) === version.etag.toLowerCase());
}

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
  const given = (name: string) => header(call, `${prefix}${name}`);
  const modified = seconds(version.lastModified.getTime());
  const time = (name: string) => seconds(Date.parse(given(name) ?? ''));
  const ifMatch = given('if-match');
  const ifNoneMatch = given('if-none-match');
  const changed = ifMatch === undefined ? modified > time('if-unmodified-since') : !matchesAny(ifMatch, version);
  if (changed) {
    throw failed(412, ifMatch === undefined ? 'If-Unmodified-Since' : 'If-Match', prefix);
  }
  const unchanged =
    ifNoneMatch === undefined ? modified <= time('if-modified-since') : matchesAny(ifNoneMatch, version);
  if (unchanged) {
    throw failed(unchangedStatus, ifNoneMatch === undefined ? 'If-Modified-Since' : 'If-None-Match', prefix);
  }
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
export function checkWriteConditions({ model }: S3Context, call: ObjectCall, bucket: Bucket): void {
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
