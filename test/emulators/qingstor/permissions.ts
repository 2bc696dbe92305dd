import { mayDo } from '../account.ts';
import { Refusal } from '../refusal.ts';
import type { QingstorCall } from './context.ts';

/**
 * Refuses what the account may not do. Policies name an object `bucket/key`. The page on policies lists fewer actions than there
 * are operations; the others are called here as the operations are: https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/bucket/policy/put_policy/
 */
export function authorize(call: QingstorCall, action: string, bucket: string | undefined, key?: string): void {
  const resource = key === undefined ? (bucket ?? '') : `${bucket}/${key}`;
  if (!mayDo(call.account, { action, resource, bucket })) {
    throw new Refusal(403, 'permission_denied', 'You have no permission to perform this operation on this resource.');
  }
}
