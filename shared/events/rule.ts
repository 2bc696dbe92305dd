import type { CopyOptions } from '../contract.ts';
import type { Template } from './template.ts';

/** A rule of the rules file, checked: what is created here is copied there. */
export interface Rule {
  readonly name: string;
  /** Provider of both stores. */
  readonly provider: string;
  readonly enabled: boolean;
  readonly when: RuleCondition;
  readonly copyTo: { readonly store: string; readonly bucket: string; readonly key: Template };
  /** Of every copy that the rule starts. */
  readonly options: CopyOptions;
  /** Whose pushes are believed; absent: nobody's, only messages that came through the queue's own policy. */
  readonly from?: PushSenders | undefined;
}

interface RuleCondition {
  readonly store: string;
  readonly bucket: string;
  /** Empty for every key. */
  readonly prefix: string;
  readonly suffix: string;
  /** Bytes, both inclusive. */
  readonly minBytes: number;
  readonly maxBytes: number;
  /** `named` copies the version that an event names, however late it comes; `latest` only the current one. */
  readonly versions: 'named' | 'latest';
  /** True: objects that a copy of ours made count, too. */
  readonly ofCopies: boolean;
}

/** A push is believed when one of these vouches for it. */
export interface PushSenders {
  /** Topics whose signed messages count, as their cloud writes them. */
  readonly topics: readonly string[];
  /** Secret that holds a token, sent with the push. */
  readonly token?: { readonly secret: string } | undefined;
  /** Secret that holds the key of an HMAC over the push. */
  readonly hmac?: { readonly secret: string } | undefined;
}
