import type { CopyOptions } from '../contract.ts';
import type { CustomerKey } from '../credentials.ts';
import type { Encryption } from '../provider/provider.ts';
import type { ProcessRuntime } from '../runtime.ts';

/** The destination's encryption with its key fetched: a customer key exists only inside a handler. */
export async function encryptionOf(
  runtime: ProcessRuntime,
  { encryption }: Pick<CopyOptions, 'encryption'>,
): Promise<Encryption | undefined> {
  if (encryption?.kind !== 'customer') return encryption;
  return { kind: 'customer', key: await runtime.customerKey(encryption.keySecret) };
}

/** The customer key that the source is encrypted with, if there is one. */
export async function sourceKeyOf(
  runtime: ProcessRuntime,
  { sourceEncryption }: Pick<CopyOptions, 'sourceEncryption'>,
): Promise<CustomerKey | undefined> {
  return sourceEncryption === undefined ? undefined : runtime.customerKey(sourceEncryption.keySecret);
}
