import type { StoredVersion } from '../object-types.ts';
import { asksForChange, failedCondition } from '../preconditions.ts';
import { Refusal } from '../refusal.ts';
import { header, type QingstorCall } from './context.ts';

/** An ETag as other clients write it: some percent-encode its quotes. */
export function plainEtag(etag: string): string {
  return etag.replaceAll('%22', '"');
}

/**
 * Checks the four conditions that stand under the given prefix: none for a read, `x-qs-copy-source-` for a copy, which answers
 * 412 for all of them.
 */
export function checkConditions(
  call: QingstorCall,
  version: StoredVersion,
  prefix: string,
  unchangedStatus: 304 | 412,
): void {
  const name = failedCondition(version, (condition) => {
    const value = header(call, `${prefix}${condition}`);
    return value === undefined ? undefined : plainEtag(value);
  });
  if (name !== undefined) {
    throw failed(asksForChange(name) ? unchangedStatus : 412, `${prefix}${name}`);
  }
}

function failed(status: 304 | 412, condition: string): Refusal {
  return new Refusal(status, 'precondition_failed', `The precondition ${condition} did not hold.`);
}
