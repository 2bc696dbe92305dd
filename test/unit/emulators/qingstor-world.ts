import {
  type QingstorEmulator,
  type QingstorEmulatorOptions,
  startQingstorEmulator,
} from '#test/emulators/qingstor/emulator.ts';

/** A mebibyte. */
export const mib = 2 ** 20;

/** The smallest part that may be followed by another. */
export const leastPart = 4 * mib;

/** An emulator with two buckets and a virtual object `raw/s`. */
export async function world(options: QingstorEmulatorOptions = {}, size = 9 * mib): Promise<QingstorEmulator> {
  const emulator = await startQingstorEmulator({ buckets: ['raw', 'archive'], ...options });
  if (emulator.model.bucket('raw')) {
    emulator.model.putVirtualObject('raw', 's', size, 7);
  }
  return emulator;
}
