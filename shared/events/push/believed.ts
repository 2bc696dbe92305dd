import type { PushOrigin } from '../envelope.ts';
import type { PinnedAddress } from './certificate-address.ts';

/** What a push turned out to be, once somebody vouched for it. */
export type Believed =
  /** A notification: nothing but what was vouched for, because anybody can add unsigned fields to a signed message. */
  | { readonly kind: 'message'; readonly origin: PushOrigin; readonly text: string }
  /** The service asks whether we want the topic's messages; a GET of the address says yes. */
  | { readonly kind: 'confirmation'; readonly topic: string; readonly address: PinnedAddress }
  /** Something to be answered and forgotten. */
  | { readonly kind: 'nothing'; readonly reason: string };
