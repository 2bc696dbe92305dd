import { type EmulatedWorld, startEmulated } from '../emulated-world.ts';
import type { ObsAccount, ObsQuirks } from '../emulators/obs/context.ts';
import { type ObsEmulator, startObsEmulator } from '../emulators/obs/emulator.ts';
import type { EmulatorOptions } from '../emulators/start.ts';

/** The three ways to speak to OBS. */
export const WAYS = [
  { dialect: 'obs', signature: 'obs' },
  { dialect: 'amz', signature: 'v2' },
  { dialect: 'amz', signature: 'v4' },
] as const;

type Way = (typeof WAYS)[number];

/** An OBS with two buckets, `raw` and `archive`, spoken to in one way. */
export async function startObsWorld(
  way: Way,
  options: EmulatorOptions<ObsAccount, ObsQuirks> = {},
): Promise<EmulatedWorld<ObsEmulator>> {
  const emulator = await startObsEmulator({ buckets: ['raw', 'archive'], ...options });
  const defaults = { partSizeMiB: 5, maxInFlight: 1 };
  return startEmulated('obs', emulator, { stores: { store: { ...way, buckets: ['*'] } }, defaults });
}

/** The fields of a store that points to an emulator, without its credentials. */
export function obsStore({ region, endpoint }: ObsEmulator, way: Way) {
  return { provider: 'obs', region, endpoint, addressing: 'path', ...way, buckets: ['*'] };
}

/** Request id and id-2 of a request, as the emulator makes them, the way a sentence names them. */
export function idsOf(request: number): string {
  const id = request.toString(16).toUpperCase().padStart(32, '0');
  return `request ${id} ${Buffer.from(`objectferry-obs-${request}`).toString('base64')}`;
}
