import { MachineCost } from '../messages.ts';
import { HANDLER_ALONE, OURS } from '../names.ts';
import { contestParts, IN_FLIGHT, LARGE_PART_MIB } from '../parts-contest.ts';
import type { Measure, Section, Settings } from '../section.ts';
import { COPY_MEASURES } from './handler.ts';

const SPANS = 40;

/** What the machine costs besides its parts, in the units of its quotas. */
export const MACHINE_MEASURES: readonly Measure[] = [
  { key: 'spans', label: 'spans, of 40 at most', digits: 0, ratio: false },
  { key: 'historyEvents', label: 'history events (limit 25,000)', digits: 0, ratio: false },
  { key: 'largestStateBytes', label: 'largest state, bytes (limit 262,144)', digits: 0, ratio: false },
];

/**
 * The whole local machine with 40 spans against one handler alone, the same number in flight at the store: both have as
 * many connections, because 40 spans would like to have 128 requests in flight each.
 */
export async function measureMachine(settings: Settings): Promise<Section> {
  const { machineParts: parts } = settings;
  const job = { parts, partSizeMiB: LARGE_PART_MIB, inFlight: IN_FLIGHT };
  const contenders = [
    { name: OURS, client: { role: 'machine', schema: MachineCost, more: { spans: SPANS, sockets: IN_FLIGHT } } },
    { name: HANDLER_ALONE, client: { role: 'span', more: { sockets: IN_FLIGHT } } },
  ] as const;
  const outcome = await contestParts(settings, contenders, { job });
  return {
    name: 'machine',
    title:
      `The whole machine: ${parts.toLocaleString('en')} parts in ${Math.min(SPANS, Math.ceil(parts / 128))} spans against the handler alone, ` +
      `each with ${IN_FLIGHT} connections, at the counting store.`,
    measures: [...COPY_MEASURES, ...MACHINE_MEASURES],
    ...outcome,
  };
}
