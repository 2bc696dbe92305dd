import { type Contender, contest, type Outcome } from './contest.ts';
import { type Client, copyOnce, type Job, type Server, startServer } from './copy-once.ts';
import type { Run, Settings } from './section.ts';

/** What a part copy takes at the counting store. */
export const LATENCY_MS = 100;
/** Requests that a copy may have in flight where nothing else is said. */
export const IN_FLIGHT = 256;
export const PART_SIZE_MIB = 5;
/** 10,000 of these are 40.003 TB, the least that needs so large a part: a plan spreads them over all spans there are. */
export const LARGE_PART_MIB = 3815;
const MIB = 2 ** 20;
/** Of the round that is thrown away: enough to see that everything is signed. */
const VERIFIED_PARTS = 300;

/** A client of the counting store. */
export interface PartsContender extends Pick<Contender, 'name' | 'optional'> {
  readonly client: Client;
  /** True for one that signs nothing. */
  readonly unsigned?: boolean | undefined;
}

interface PartsContest {
  readonly job: Job;
  readonly measure?: (copy: (parts: number) => Promise<Run>) => Promise<Run>;
  readonly warmUpParts?: number;
}

/** The stores of a contest. */
interface Stores extends AsyncDisposable {
  readonly counting: Server;
  readonly verifying: Server;
}

/**
 * Lets clients copy parts at a counting store, and says what `measure` made of each turn. In the round that is thrown
 * away they copy at one that verifies every signature, so that nobody is fast by signing wrongly.
 */
export async function contestParts(
  { runs, profileDir }: Settings,
  contenders: readonly PartsContender[],
  { job, measure, warmUpParts }: PartsContest,
): Promise<Outcome> {
  await using stores = await startStores(job, profileDir);
  let copies = 0;
  const copyAt = (server: Server, client: Client, parts: number): Promise<Run> => {
    copies += 1;
    return copyOnce(server, { ...client, warmUpParts, profileDir }, { ...job, parts, key: `${client.role}-${copies}` });
  };
  return await contest(
    runs,
    contenders.map(({ name, optional, client, unsigned }) => ({
      name,
      optional,
      run: async (round) => {
        if (round === 0 && !unsigned) return copyAt(stores.verifying, client, verifiedParts(job));
        const copy = (parts: number) => copyAt(stores.counting, client, parts);
        if (round === 0) return copy(job.parts);
        return measure === undefined ? copy(job.parts) : measure(copy);
      },
    })),
  );
}

function verifiedParts({ parts }: Job): number {
  return Math.min(parts, VERIFIED_PARTS);
}

async function startStores(job: Job, profileDir: string | undefined): Promise<Stores> {
  const bytes = (parts: number): number => parts * job.partSizeMiB * MIB;
  const options = { latencyMs: LATENCY_MS, profileDir };
  const counting = await startServer('counting-store', { ...options, objectBytes: bytes(job.parts) });
  try {
    const objectBytes = bytes(verifiedParts(job));
    const verifying = await startServer('counting-store', { ...options, objectBytes, verify: true });
    return {
      counting,
      verifying,
      [Symbol.asyncDispose]: async () => {
        await counting[Symbol.asyncDispose]();
        await verifying[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await counting[Symbol.asyncDispose]();
    throw error;
  }
}
