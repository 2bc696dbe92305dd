import type { StoredVersion } from '../object-types.ts';
import { asksForChange, failedCondition } from '../preconditions.ts';
import { Refusal } from '../refusal.ts';
import { header, type OssCall } from './context.ts';

/** Checks the four conditions that stand under the given prefix: none for a read, `x-oss-copy-source-` for a copy. */
export function checkConditions(
  call: OssCall,
  version: StoredVersion,
  prefix: string,
  unchangedStatus: 304 | 412,
): void {
  const name = failedCondition(version, (condition) => header(call, `${prefix}${condition}`));
  if (name !== undefined) {
    throw failed(asksForChange(name) ? unchangedStatus : 412, `${prefix}${name}`);
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
