import type { StoredVersion } from '../object-types.ts';
import { asksForChange, failedCondition } from '../preconditions.ts';
import { Refusal } from '../refusal.ts';
import { header, invalid, type ObsCall } from './context.ts';

/** @param latest times after it count for nothing, in milliseconds. */
function conditionOf(call: ObsCall, prefix: string, version: StoredVersion, latest = Number.POSITIVE_INFINITY) {
  return failedCondition(version, (name) => {
    const value = header(call, `${prefix}${name}`);
    return name.endsWith('-since') && Date.parse(value ?? '') > latest ? undefined : value;
  });
}

function failed(): Refusal {
  return new Refusal(412, 'PreconditionFailed', 'At least one of the preconditions you specified did not hold.');
}

/** Checks the conditions of a read: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0083.html */
export function checkReadConditions(call: ObsCall, version: StoredVersion): void {
  const name = conditionOf(call, '', version);
  if (name !== undefined) {
    throw asksForChange(name) ? new Refusal(304, 'NotModified', 'The object has not been modified.') : failed();
  }
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
  if (conditionOf(call, prefix, version, now.getTime()) !== undefined) {
    throw failed();
  }
}
