import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CephCluster, startCeph } from '#test/ceph/cluster.ts';
import { timed, versionOf } from '../commands.ts';
import { type Contender, contest } from '../contest.ts';
import { ObjectsCost } from '../messages.ts';
import { OURS } from '../names.ts';
import { type Buckets, openBuckets } from '../objects/buckets.ts';
import { type PrefixCopy, TOOLS, type Tool, type ToolWorld } from '../objects/tools.ts';
import { startWorker } from '../processes.ts';
import type { Run, Section, SectionName, Settings } from '../section.ts';

/** Objects at a time, of everybody. */
const CONCURRENCY = 16;
const FROM = 'raw';
const PREFIX = 'objects/';
/** Holds one small object: what a tool takes for it is its start, and what ours copies to warm up. */
const ONE_PREFIX = 'one/';
const WARM_UP_COPIES = 300;

/** Objects of one size. */
interface Load {
  readonly name: SectionName;
  readonly count: number;
  readonly bytes: number;
  /** How the title names the size. */
  readonly size: string;
  /** What is to be known about the load. */
  readonly note?: string;
}

/** Many small objects through a real Ceph RGW, against the tools that Debian has. */
export function measureSmallObjects(settings: Settings): Promise<Section> {
  return measureObjects(settings, {
    name: 'small-objects',
    count: settings.smallObjects,
    bytes: 1024,
    size: '1 KiB',
  });
}

/** The same with objects of 5 MiB. */
export function measureLargeObjects(settings: Settings): Promise<Section> {
  return measureObjects(settings, {
    name: 'large-objects',
    count: settings.largeObjects,
    bytes: 5 * 2 ** 20,
    size: '5 MiB',
    note:
      ' The test cluster keeps its bytes in 6 GiB of memory, and sources and copies of 1,000 would take 9, so there are ' +
      'fewer of them.',
  });
}

async function measureObjects(settings: Settings, load: Load): Promise<Section> {
  const { count, size, name, note = '' } = load;
  const section: Section = {
    name,
    title:
      `Objects of ${size}: ${count.toLocaleString('en')} of them copied inside a real Ceph RGW on this machine, ` +
      `${CONCURRENCY} at a time. Ours is a process that runs already, as a server does, warm after ${WARM_UP_COPIES} ` +
      'copies, and takes the whole local machine with all its checks for each object; of the tools, their start is ' +
      `subtracted.${note}`,
    measures: [
      { key: 'seconds', label: 'wall, s', digits: 2 },
      { key: 'msPerObject', label: 'wall, ms per object', digits: 2, ratio: false },
      { key: 'cpuMsPerObject', label: "the client's CPU, ms per object", digits: 2 },
    ],
    subjects: [],
    absent: [],
  };
  if ((await versionOf(['radosgw', '--version'])) === undefined) {
    return { ...section, absent: ['Ceph is not installed, so nothing was copied inside it: npm run ceph:install.'] };
  }
  const found = await Promise.all(TOOLS.map(async (tool) => ({ tool, version: await versionOf(tool.version) })));
  const missing = found.filter(({ version }) => version === undefined);
  const tools = found.filter(({ version }) => version !== undefined).map(({ tool }) => tool);
  const absent = missing.map(({ tool }) => `${tool.name} is not installed: apt-get install ${tool.debian}.`);
  const outcome = await inCeph(load, settings, tools);
  return { ...section, ...outcome, absent: [...absent, ...outcome.absent] };
}

async function inCeph(load: Load, { runs }: Settings, tools: readonly Tool[]) {
  await using ceph = await startCeph();
  using buckets = openBuckets(ceph);
  await buckets.create(FROM);
  await buckets.fill(FROM, PREFIX, load.count, load.bytes);
  await buckets.fill(FROM, ONE_PREFIX, 1, 1024);
  const folder = await mkdtemp(join(tmpdir(), 'objectferry-objects-'));
  const { endpoint, accessKeyId, secretAccessKey } = ceph;
  const world = { endpoint, accessKeyId, secretAccessKey, concurrency: CONCURRENCY, folder };
  let turns = 0;
  const contender = ({ name, copy }: Copier): Contender => ({
    name,
    optional: name !== OURS,
    run: async () => {
      turns += 1;
      const to = `archive-${turns}`;
      return inNewBucket(buckets, to, load, () => copy(world, { bucket: FROM, prefix: PREFIX, to }));
    },
  });
  try {
    return await contest(runs, [ours(ceph), ...tools.map(theirs)].map(contender));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Somebody who copies a prefix. */
interface Copier {
  readonly name: string;
  readonly copy: (world: ToolWorld, copy: PrefixCopy) => Promise<Spent>;
}

type Spent = { readonly seconds: number; readonly cpuMs: number };

function ours({ endpoint, accessKeyId, secretAccessKey }: CephCluster): Copier {
  return {
    name: OURS,
    copy: async ({ concurrency }, { bucket, prefix, to }) => {
      await using worker = await startWorker('objects');
      const warmUp = { prefix: ONE_PREFIX, copies: WARM_UP_COPIES };
      const task = { endpoint, accessKeyId, secretAccessKey, from: { bucket, prefix }, to, concurrency, warmUp };
      return await worker.ask(ObjectsCost, task);
    },
  };
}

/** Of a program only the copies count: what it takes for a single small object, right before, is subtracted. */
function theirs(tool: Tool): Copier {
  return {
    name: tool.name,
    copy: async (world, copy) => {
      const spend = async (prefix: string): Promise<Spent> => {
        const { command, env } = await tool.copy(world, { ...copy, prefix });
        return timed(command, env);
      };
      const start = await spend(ONE_PREFIX);
      const whole = await spend(copy.prefix);
      return { seconds: whole.seconds - start.seconds, cpuMs: whole.cpuMs - start.cpuMs };
    },
  };
}

/** Copies into a bucket of its own, looks what is there, and leaves the cluster as empty as it was. */
async function inNewBucket(
  buckets: Buckets,
  to: string,
  { count, bytes }: Load,
  copy: () => Promise<Spent>,
): Promise<Run> {
  await buckets.create(to);
  try {
    const { seconds, cpuMs } = await copy();
    const copied = (await buckets.contents(to)).filter(({ key }) => key.startsWith(PREFIX));
    if (copied.length !== count || copied.some(({ size }) => size !== bytes)) {
      throw new Error(`${copied.length} of ${count} objects were copied.`);
    }
    return { seconds, msPerObject: (seconds * 1000) / count, cpuMsPerObject: cpuMs / count };
  } finally {
    await buckets.empty(to);
    await buckets.drop(to);
  }
}
