import type * as v from 'valibot';
import { type CopyTask, Cost, MachineCost, Served, type ServerTask, SigningCost, Taken } from './messages.ts';
import { startWorker, type Worker } from './processes.ts';
import type { Section, Settings, Subject } from './section.ts';
import type { Role } from './worker.ts';

const LATENCY_MS = 100;
const IN_FLIGHT = 256;
/** 10,000 of these are 40.003 TB, the least that needs so large a part. */
const MACHINE_PART_MIB = 3815;
const SPAN_PART_MIB = 64;
const MIB = 2 ** 20;

interface Contender {
  readonly name: string;
  readonly role: Role;
  readonly schema: v.GenericSchema<unknown, Cost>;
}

type Run = Readonly<Record<string, number>>;

const OURS = 'Objectferry';
const ALI_OSS = 'ali-oss 6.23';

/** One handler against the bare floor and against ali-oss, on a store that only counts and waits. */
export async function compareSpans(settings: Settings): Promise<Section> {
  const parts = settings.spanParts;
  const subjects = await compareCopies(settings, 'counting-store', {
    contenders: [
      { name: OURS, role: 'span', schema: Cost },
      { name: 'bare node:http', role: 'bare-http', schema: Cost },
      { name: ALI_OSS, role: 'ali-oss', schema: Cost },
    ],
    task: { parts, partSizeMiB: SPAN_PART_MIB, inFlight: IN_FLIGHT },
  });
  const least = (Math.ceil(parts / IN_FLIGHT) * LATENCY_MS) / 1000;
  return {
    title:
      `1. One handler: ${parts.toLocaleString('en')} parts, ${LATENCY_MS} ms each at a counting store, ` +
      `${IN_FLIGHT} in flight. Latency alone takes ${least} s.`,
    measures: [
      { key: 'seconds', label: 'wall, s', digits: 2 },
      { key: 'cpuMsPerPart', label: 'CPU, ms per part', digits: 3 },
      { key: 'rssGrowthMiB', label: 'peak RSS growth, MiB', digits: 0 },
      { key: 'peakInFlight', label: 'in flight, at most', digits: 0, ratio: false },
    ],
    subjects,
  };
}

/** The whole local machine against ali-oss, on the emulator that verifies signatures and keeps part rules. */
export async function compareMachine(settings: Settings): Promise<Section> {
  const parts = settings.machineParts;
  const subjects = await compareCopies(settings, 'emulator', {
    contenders: [
      { name: OURS, role: 'machine', schema: MachineCost },
      { name: ALI_OSS, role: 'ali-oss', schema: Cost },
    ],
    task: { parts, partSizeMiB: MACHINE_PART_MIB, inFlight: IN_FLIGHT },
  });
  const terabytes = ((parts * MACHINE_PART_MIB * MIB) / 1e12).toFixed(1);
  return {
    title:
      `2. The whole machine: a virtual object of ${terabytes} TB in ${parts.toLocaleString('en')} parts, ` +
      `${IN_FLIGHT} in flight, on the emulator that verifies signatures.`,
    measures: [
      { key: 'seconds', label: 'wall, s', digits: 2 },
      { key: 'cpuMsPerPart', label: 'CPU, ms per part', digits: 3 },
      { key: 'serverCpuMsPerPart', label: "the emulator's CPU, ms per part", digits: 3 },
      { key: 'rssGrowthMiB', label: 'peak RSS growth, MiB', digits: 0 },
      { key: 'spans', label: 'spans, of 40 at most', digits: 0 },
      { key: 'historyEvents', label: 'history events (limit 25,000)', digits: 0 },
      { key: 'largestStateBytes', label: 'largest state, bytes (limit 262,144)', digits: 0 },
    ],
    subjects,
  };
}

/** Our signers against those of ali-oss. */
export async function compareSigning({ runs, signatures, profileDir }: Settings): Promise<Section> {
  const costs: v.InferOutput<typeof SigningCost>[] = [];
  for (let run = 0; run < runs; run += 1) {
    await using worker = await startWorker('signing', profileDir);
    costs.push(await worker.ask(SigningCost, { signatures }));
  }
  return {
    title: `3. Signing ${signatures.toLocaleString('en')} part copies: microseconds of CPU for one signature.`,
    measures: [
      { key: 'v4', label: 'V4', digits: 1 },
      { key: 'v1', label: 'V1', digits: 1 },
    ],
    subjects: [
      { name: OURS, runs: costs.map(({ v4, v1 }) => ({ v4: v4.objectferry, v1: v1.objectferry })) },
      { name: `${ALI_OSS} signUtils`, runs: costs.map(({ v4, v1 }) => ({ v4: v4.aliOss, v1: v1.aliOss })) },
    ],
  };
}

interface Comparison {
  readonly contenders: readonly Contender[];
  readonly task: Omit<CopyTask, 'port' | 'key'>;
}

async function compareCopies(
  { runs, profileDir }: Settings,
  serverRole: Role,
  { contenders, task }: Comparison,
): Promise<Subject[]> {
  await using server = await startWorker(serverRole, profileDir);
  const objectBytes = task.parts * task.partSizeMiB * MIB;
  const { port } = await server.ask(Served, serverTask({ kind: 'serve', latencyMs: LATENCY_MS, objectBytes }));
  const results = contenders.map(({ name }) => ({ name, runs: noRuns() }));
  // Round 0 is thrown away: a server that just started is slow, and only the first client would pay for it.
  for (let round = 0; round <= runs; round += 1) {
    for (const index of turns(contenders.length, round)) {
      const contender = contenders[index];
      if (contender === undefined) continue;
      const run = await copyOnce(contender, server, { ...task, port, key: `${contender.role}-${round}` }, profileDir);
      if (round > 0) results[index]?.runs.push(run);
    }
  }
  return results;
}

/** Another one begins in every round. */
function turns(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, turn) => (turn + round) % count);
}

async function copyOnce(
  { name, role, schema }: Contender,
  server: Worker,
  task: CopyTask,
  profileDir: string | undefined,
): Promise<Run> {
  await using client = await startWorker(role, profileDir);
  await server.ask(Taken, serverTask({ kind: 'take' }));
  const { cpuMs, ...cost } = await client.ask(schema, task);
  const taken = await server.ask(Taken, serverTask({ kind: 'take' }));
  if (taken.parts !== task.parts || taken.repeated > 0) {
    throw new Error(`${name} copied ${taken.parts} of ${task.parts} parts, and ${taken.repeated} more than once.`);
  }
  return {
    ...cost,
    cpuMsPerPart: cpuMs / task.parts,
    serverCpuMsPerPart: taken.cpuMs / task.parts,
    peakInFlight: taken.peakInFlight,
  };
}

function noRuns(): Run[] {
  return [];
}

function serverTask(task: ServerTask): ServerTask {
  return task;
}
