import type { StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, type OssCall } from './context.ts';

/** Strips what clients put around an ETag: quotes and a weakness mark. */
export function bareEtag(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
    .toUpperCase();
}

function seconds(date: number): number {
  return Math.floor(date / 1000);
}

function matchesAny(list: string, version: StoredVersion): boolean {
  return list.trim() === '*' || list.split(',').some((etag) => bareEtag(etag) === version.etag.toUpperCase());
}

/**
 * Checks the four conditions that stand under the given prefix: none for a read, `x-oss-copy-source-` for a copy. All have to
 * hold. A time that cannot be read is no condition, as HTTP has it.
 */
export function checkConditions(
  call: OssCall,
  version: StoredVersion,
  prefix: string,
  unchangedStatus: 304 | 412,
): void {
  const given = (name: string) => header(call, `${prefix}${name}`);
  const modified = seconds(version.lastModified.getTime());
  const time = (name: string) => seconds(Date.parse(given(name) ?? ''));
  const ifMatch = given('if-match');
  const ifNoneMatch = given('if-none-match');
  if (ifMatch !== undefined && !matchesAny(ifMatch, version)) {
    throw failed(412, `${prefix}if-match`);
  }
  if (modified > time('if-unmodified-since')) {
    throw failed(412, `${prefix}if-unmodified-since`);
  }
  if (ifNoneMatch !== undefined && matchesAny(ifNoneMatch, version)) {
    throw failed(unchangedStatus, `${prefix}if-none-match`);
  }
  if (modified <= time('if-modified-since')) {
    throw failed(unchangedStatus, `${prefix}if-modified-since`);
  }
}

function failed(status: number, condition: string): Refusal {
  const fields = { Condition: condition };
  return status === 304
    ? new Refusal(304, 'NotModified', 'The object has not been modified.', { fields })
    : new Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.', {
        fields,
      });
}
