import { allows, type Policy } from './policy.ts';

/** An action that an account may not take: everywhere, or in one bucket. */
type DeniedAction = string | { readonly action: string; readonly bucket: string };

/** Who may call, and with which secret. */
export interface Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The only things that it may do; everything, like an owner, if not said otherwise. */
  readonly policy?: Policy;
  /** By the provider's own names, such as `oss:PutObject` or `upload_multipart`: refused whatever else is allowed. */
  readonly deniedActions?: readonly DeniedAction[];
}

/** An account whose credentials may be temporary. */
export interface TemporaryAccount extends Account {
  /** Temporary credentials: every request has to carry this token. */
  readonly sessionToken?: string;
  readonly tokenExpiresAt?: Date;
}

/** Something that an account wants to do. */
export interface Attempt {
  readonly action: string;
  /** What it is done to, as the provider's policies name it. */
  readonly resource: string;
  readonly bucket: string | undefined;
}

/** Whether the account may do this. */
export function mayDo(account: Account | undefined, { action, resource, bucket }: Attempt): boolean {
  const isDenied = account?.deniedActions?.some((entry) =>
    typeof entry === 'string' ? entry === action : entry.action === action && entry.bucket === bucket,
  );
  return !isDenied && (account?.policy === undefined || allows(account.policy, action, resource));
}
