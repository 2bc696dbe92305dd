import { GROWTH_PARTS, growthKey } from '../growth-parts.ts';
import { contestParts, IN_FLIGHT, PART_SIZE_MIB } from '../parts-contest.ts';
import type { Run, Section, Settings } from '../section.ts';
import { MAIN_CONTENDERS } from './handler.ts';

/** Without them it would be V8's compiling and the opening of connections that a line is looked for in. */
const WARM_UP_PARTS = 2000;

/** Time over the number of parts at a fixed number in flight. */
export async function measureGrowth(settings: Settings): Promise<Section> {
  const job = { parts: Math.max(...GROWTH_PARTS), partSizeMiB: PART_SIZE_MIB, inFlight: IN_FLIGHT };
  const measure = async (copy: (parts: number) => Promise<Run>): Promise<Run> => {
    const run: Record<string, number> = {};
    for (const parts of GROWTH_PARTS) run[growthKey(parts)] = (await copy(parts))['seconds'] ?? Number.NaN;
    return run;
  };
  const outcome = await contestParts(settings, MAIN_CONTENDERS, { job, measure, warmUpParts: WARM_UP_PARTS });
  return {
    name: 'growth',
    title:
      `Time by the number of parts: one handler, ${IN_FLIGHT} in flight. Each process has copied ` +
      `${WARM_UP_PARTS.toLocaleString('en')} parts before, and has its connections, as a handler that is called again.`,
    measures: GROWTH_PARTS.map((parts) => ({
      key: growthKey(parts),
      label: `${parts.toLocaleString('en')} parts, s`,
      digits: 2,
    })),
    ...outcome,
  };
}
