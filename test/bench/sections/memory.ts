import { HANDLER_NODE_OPTIONS } from '#infra/copy-function.ts';
import { contest } from '../contest.ts';
import { copyOnce, startServer } from '../copy-once.ts';
import { LATENCY_MS, PART_SIZE_MIB } from '../parts-contest.ts';
import type { Run, Section, Settings } from '../section.ts';

/** What a deployed span has in flight at most. */
const DEPLOYED_IN_FLIGHT = 128;
const WARM_UP_PARTS = 10;
const MIB = 2 ** 20;

/** Subjects of this section are ourselves, at several numbers of parts. */
function memorySubject(parts: number): string {
  return `${parts.toLocaleString('en')} parts`;
}

/** Memory of one handler by the number of parts, started as it is deployed and warm when it begins. */
export async function measureMemory({ runs, handlerParts, profileDir }: Settings): Promise<Section> {
  const objectBytes = handlerParts * PART_SIZE_MIB * MIB;
  await using server = await startServer('counting-store', { latencyMs: LATENCY_MS, objectBytes, profileDir });
  const contender = (parts: number) => ({
    name: memorySubject(parts),
    run: (round: number): Promise<Run> =>
      copyOnce(
        server,
        { role: 'span', warmUpParts: WARM_UP_PARTS, profileDir, nodeOptions: HANDLER_NODE_OPTIONS },
        { parts, partSizeMiB: PART_SIZE_MIB, inFlight: DEPLOYED_IN_FLIGHT, key: `memory-${parts}-${round}` },
      ),
  });
  const outcome = await contest(runs, [...new Set([1000, handlerParts])].map(contender));
  return {
    name: 'memory',
    title:
      `Memory of one handler: ${DEPLOYED_IN_FLIGHT} in flight as deployed, with \`${HANDLER_NODE_OPTIONS}\`. It is idle after ` +
      `${WARM_UP_PARTS} parts; the peak is that of the copy after it.`,
    measures: [
      { key: 'rssStartMiB', label: 'idle RSS, MiB', digits: 0, ratio: false },
      { key: 'rssPeakMiB', label: 'peak RSS, MiB', digits: 0, ratio: false },
      { key: 'rssGrowthMiB', label: 'growth, MiB', digits: 0, ratio: false },
    ],
    ...outcome,
  };
}
