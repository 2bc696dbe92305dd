import { ALI_OSS, ESDK_OBS, FLOOR, MULTIPART_COPY, OURS, SDK_DEFAULT, SDK_RAISED } from '../names.ts';
import { contestParts, IN_FLIGHT, LATENCY_MS, PART_SIZE_MIB, type PartsContender } from '../parts-contest.ts';
import { installPeers } from '../peer-folder.ts';
import type { Measure, Section, Settings } from '../section.ts';

/** Who shows in the plot over the number of parts. */
export const MAIN_CONTENDERS: readonly PartsContender[] = [
  { name: OURS, client: { role: 'span' } },
  { name: FLOOR, client: { role: 'bare-http' }, unsigned: true },
  { name: SDK_DEFAULT, client: { role: 'aws-sdk' } },
  { name: SDK_RAISED, client: { role: 'aws-sdk', more: { sockets: IN_FLIGHT } } },
];

const VENDORS: readonly PartsContender[] = [
  { name: ALI_OSS, client: { role: 'ali-oss' }, optional: true },
  { name: ESDK_OBS, client: { role: 'esdk-obs' }, optional: true },
];

export const COPY_MEASURES: readonly Measure[] = [
  { key: 'seconds', label: 'wall, s', digits: 2 },
  { key: 'cpuMsPerPart', label: 'CPU, ms per part', digits: 3 },
  { key: 'rssGrowthMiB', label: 'peak RSS growth, MiB', digits: 0 },
  { key: 'requests', label: 'requests', digits: 0, ratio: false },
  { key: 'retries', label: 'parts sent again', digits: 0, ratio: false },
  { key: 'peakInFlight', label: 'in flight, at most', digits: 0, ratio: false },
];

/** One handler against the bare floor and everybody's SDK, on a store that only counts and waits. */
export async function measureHandler(settings: Settings): Promise<Section> {
  const { quick, handlerParts: parts } = settings;
  await using peers = quick ? undefined : await installPeers();
  const others: PartsContender[] = quick ? [] : [...VENDORS];
  if (peers?.path !== undefined) {
    const more = { peerFolder: peers.path };
    others.push({ name: MULTIPART_COPY, client: { role: 'multipart-copy', more }, optional: true });
  }
  const job = { parts, partSizeMiB: PART_SIZE_MIB, inFlight: IN_FLIGHT };
  const { subjects, absent } = await contestParts(settings, [...MAIN_CONTENDERS, ...others], { job });
  const least = (Math.ceil(parts / IN_FLIGHT) * LATENCY_MS) / 1000;
  return {
    name: 'handler',
    title:
      `One handler: ${parts.toLocaleString('en')} parts, ${LATENCY_MS} ms each at a counting store, ` +
      `${IN_FLIGHT} in flight. Latency alone takes ${least} s.`,
    measures: COPY_MEASURES,
    subjects,
    absent: peers?.absent === undefined ? absent : [peers.absent, ...absent],
  };
}
