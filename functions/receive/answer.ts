import type { Problem } from '@objectferry/shared/api.ts';
import type { PushProvider } from '@objectferry/shared/events/envelope.ts';
import type { Refusal, RefusalStatus } from '@objectferry/shared/events/push/refusal.ts';

/** What a sender is answered. */
export interface PushAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The status that means "taken". All of them take any 2xx; MNS asks for 204 by name, and what QingStor takes is not
 * documented, so that it gets the most common one.
 *
 * @see https://www.alibabacloud.com/help/en/mns/developer-reference/http-endpoint-notification
 */
const TAKEN: Readonly<Record<PushProvider, number>> = { s3: 200, oss: 204, obs: 200, qingstor: 200 };

const PROBLEMS: Readonly<Record<RefusalStatus, { readonly name: string; readonly title: string }>> = {
  400: { name: 'InvalidPush', title: 'The message is not valid.' },
  403: { name: 'PushRefused', title: 'The message is not believed.' },
  404: { name: 'ProviderNotFound', title: 'There is no such provider.' },
  413: { name: 'BodyTooLarge', title: 'The body is too large.' },
  503: { name: 'ServiceUnavailable', title: 'The message cannot be taken now.' },
};

const RETRY_SECONDS = '20';

/** The message is in the queue, or needs nothing more. */
export function taken(provider: PushProvider): PushAnswer {
  return { status: TAKEN[provider], headers: { 'cache-control': 'no-store' }, body: '' };
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export function refused({ status, message }: Pick<Refusal, 'status' | 'message'>): PushAnswer {
  const { name, title } = PROBLEMS[status];
  const problem: Problem = { type: `/problems/${name}`, title, status, detail: message };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  return {
    status,
    headers: status === 503 ? { ...headers, 'retry-after': RETRY_SECONDS } : headers,
    body: JSON.stringify(problem),
  };
}
