import { Refusal } from './refusal.ts';

/** An address that may be asked: its host and path have one of the few known shapes. */
export interface PinnedAddress {
  /** Always https and without a port. */
  readonly origin: string;
  readonly target: string;
}

/** An OSS or AWS region's name, far stricter than what a host may contain. */
const REGION = '[a-z]{2}(?:-[a-z0-9]{1,16}){1,4}';
const FILE = '[A-Za-z0-9._-]{1,120}\\.pem';

/**
 * Where each service keeps its signing certificates. The patterns match the whole text, so that a user name, a port, a
 * query, a fragment, an escape or another host has no place in them; nobody but the service writes to these hosts,
 * except that anybody may own an OSS bucket called like EventBridge's in a region that there is not. EventBridge's
 * signature counts for nothing without a rule's token.
 */
const PATTERNS = {
  /** @see https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
  sns: pattern(
    `sns\\.(?<region>${REGION})\\.amazonaws\\.com(?:\\.cn)?`,
    `SimpleNotificationService-[0-9a-f]{32}\\.pem`,
  ),
  /** @see https://www.alibabacloud.com/help/en/mns/developer-reference/topic-message-http-subscription-signature */
  mns: pattern(
    `(?:mnstest\\.oss-cn-hangzhou|mns-cert\\.oss-(?<region>cn(?:-[a-z0-9]{1,16}){1,3}))\\.aliyuncs\\.com`,
    FILE,
  ),
  /** @see https://www.alibabacloud.com/help/en/eventbridge/user-guide/signature-algorithm */
  eventBridge: pattern(`(?<region>${REGION})-eventbridge\\.oss-accelerate\\.aliyuncs\\.com`, FILE),
  /**
   * Huawei Cloud, its European sister and Open Telekom Cloud.
   *
   * @see https://support.huaweicloud.com/intl/en-us/api-smn/DownloadHttpCert.html
   */
  smn: pattern(
    `smn\\.(?<region>${REGION})\\.(?:myhuaweicloud\\.(?:com|cn|eu)|otc\\.t-systems\\.com)`,
    `smn/SMN[-_]${REGION}[-_][0-9a-f-]{32,36}\\.pem`,
  ),
} as const;

export type CertificateKeeper = keyof typeof PATTERNS;

/**
 * Reads the address of a certificate from a message that nobody has vouched for yet.
 *
 * @param region where the message's topic lives: its service signs nowhere else.
 * @throws Refusal 403 for any other address.
 */
export function certificateAddress(keeper: CertificateKeeper, url: string, region?: string): PinnedAddress {
  const match = url.length > 512 ? null : PATTERNS[keeper].exec(url);
  const [origin, target] = [match?.groups?.['origin'], match?.groups?.['target']];
  if (origin === undefined || target === undefined || (region !== undefined && match?.groups?.['region'] !== region)) {
    throw new Refusal(
      403,
      'The certificate is not at the address where the service keeps its certificates: send the message as the service wrote it, or give the rule a token and send that with the push.',
    );
  }
  return { origin, target };
}

function pattern(host: string, path: string): RegExp {
  return new RegExp(`^(?<origin>https://${host})(?<target>/${path})$`);
}
