import { contest } from '../contest.ts';
import { type Client, copyOnce, startServer } from '../copy-once.ts';
import { MachineCost } from '../messages.ts';
import { ALI_OSS, OURS } from '../names.ts';
import { IN_FLIGHT, LARGE_PART_MIB } from '../parts-contest.ts';
import type { Section, Settings } from '../section.ts';
import { MACHINE_MEASURES } from './machine.ts';

const MIB = 2 ** 20;

/** The whole local machine against ali-oss, on the emulator that verifies signatures and keeps part rules. */
export async function measureEmulator({ runs, machineParts: parts, profileDir }: Settings): Promise<Section> {
  const objectBytes = parts * LARGE_PART_MIB * MIB;
  await using server = await startServer('emulator', { latencyMs: 0, objectBytes, profileDir });
  const contender = (name: string, client: Client) => ({
    name,
    run: (round: number) =>
      copyOnce(
        server,
        { ...client, profileDir },
        { parts, partSizeMiB: LARGE_PART_MIB, inFlight: IN_FLIGHT, key: `${client.role}-${round}` },
      ),
  });
  const outcome = await contest(runs, [
    contender(OURS, { role: 'machine', schema: MachineCost, more: { provider: 'oss' } }),
    contender(ALI_OSS, { role: 'ali-oss' }),
  ]);
  return {
    name: 'emulator',
    title:
      `The whole machine by OSS: a virtual object of ${(objectBytes / 1e12).toFixed(1)} TB in ` +
      `${parts.toLocaleString('en')} parts, ${IN_FLIGHT} in flight, on the emulator that verifies signatures.`,
    measures: [
      { key: 'seconds', label: 'wall, s', digits: 2 },
      { key: 'cpuMsPerPart', label: 'CPU, ms per part', digits: 3 },
      { key: 'serverCpuMsPerPart', label: "the emulator's CPU, ms per part", digits: 3 },
      { key: 'rssGrowthMiB', label: 'peak RSS growth, MiB', digits: 0 },
      ...MACHINE_MEASURES,
    ],
    ...outcome,
  };
}
