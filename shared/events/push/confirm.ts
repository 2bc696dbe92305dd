import type { Transport } from '../../http/transport.ts';
import type { PinnedAddress } from './certificate-address.ts';
import { ask } from './certificates.ts';
import { Refusal } from './refusal.ts';

/**
 * Tells a service that its topic's messages are wanted. Doing so twice changes nothing.
 *
 * @throws Refusal 503 when no answer came, 403 when the service does not want to know.
 */
export async function confirmSubscription(transport: Transport, address: PinnedAddress): Promise<void> {
  const { status } = await ask(transport, address, 'The confirmation');
  if (status >= 200 && status < 300) return;
  throw new Refusal(403, `The service refused the confirmation (status ${status}): subscribe again.`);
}
