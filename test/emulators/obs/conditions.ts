import type { StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, invalid, type ObsCall } from './context.ts';

/** Strips what clients put around an ETag: quotes and a weakness mark. */
export function bareEtag(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
}

function matchesAny(list: string, version: StoredVersion): boolean {
  return list.trim() === '*' || list.split(',').some((etag) => bareEtag(etag) === version.etag.toLowerCase());
}

interface Conditions {
  readonly match: string | undefined;
  readonly noneMatch: string | undefined;
  /** In seconds; not a number where there is none, so that no comparison holds. */
  readonly modified: number;
  readonly unmodified: number;
}

function readConditions(call: ObsCall, prefix: string, latest: number): Conditions {
  const given = (name: string) => header(call, `${prefix}${name}`);
  const time = (name: string) => {
    const read = Date.parse(given(name) ?? '');
    return read > latest ? Number.NaN : Math.floor(read / 1000);
  };
  return {
    match: given('if-match'),
    noneMatch: given('if-none-match'),
    modified: time('if-modified-since'),
    unmodified: time('if-unmodified-since'),
  };
}

function check(conditions: Conditions, version: StoredVersion, unchanged: () => Refusal): void {
  const modified = Math.floor(version.lastModified.getTime() / 1000);
  const { match, noneMatch } = conditions;
  if ((match !== undefined && !matchesAny(match, version)) || modified > conditions.unmodified) {
    throw failed();
  }
  if ((noneMatch !== undefined && matchesAny(noneMatch, version)) || modified <= conditions.modified) {
    throw unchanged();
  }
}

function failed(): Refusal {
  return new Refusal(412, 'PreconditionFailed', 'At least one of the preconditions you specified did not hold.');
}

/** Checks the conditions of a read: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0083.html */
export function checkReadConditions(call: ObsCall, version: StoredVersion): void {
  const conditions = readConditions(call, '', Number.POSITIVE_INFINITY);
  check(conditions, version, () => new Refusal(304, 'NotModified', 'The object has not been modified.'));
}

/**
 * Checks the conditions of a copy, each of which fails with 412. A match goes only with unmodified-since and a none-match only
 * with modified-since, and a time that has not come yet counts for nothing:
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0100.html
 */
export function checkCopyConditions(call: ObsCall, version: StoredVersion, now: Date): void {
  const prefix = `${call.dialect.prefix}copy-source-`;
  const has = (name: string) => header(call, `${prefix}${name}`) !== undefined;
  const positive = has('if-match') || has('if-unmodified-since');
  const negative = has('if-none-match') || has('if-modified-since');
  if (positive && negative) {
    throw invalid('InvalidRequest', 'These conditions of the copy source cannot be combined.');
  }
  check(readConditions(call, prefix, now.getTime()), version, failed);
}
