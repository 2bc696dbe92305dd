import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import * as v from 'valibot';
import { versionOf } from './commands.ts';
import { TOOLS } from './objects/tools.ts';
import { SECTION_NAMES, type Section } from './section.ts';

const Machine = v.object({
  cores: v.number(),
  cpu: v.string(),
  memoryGiB: v.number(),
  platform: v.string(),
  node: v.string(),
  /** Average over the minute before the run. */
  loadBefore: v.number(),
});

const SectionSchema = v.object({
  name: v.picklist(SECTION_NAMES),
  title: v.string(),
  measures: v.array(
    v.object({ key: v.string(), label: v.string(), digits: v.number(), ratio: v.optional(v.literal(false)) }),
  ),
  subjects: v.array(v.object({ name: v.string(), runs: v.array(v.record(v.string(), v.number())) })),
  absent: v.array(v.string()),
});

/** All of one run of the bench, as `--json` prints it and `--from` reads it. */
export const Result = v.object({
  machine: Machine,
  /** By name. */
  versions: v.record(v.string(), v.string()),
  /** Of the day on which it ran, as 2026-11-21. */
  date: v.string(),
  quick: v.boolean(),
  /** Rounds that count. */
  runs: v.number(),
  /** Of the whole run. */
  seconds: v.number(),
  sections: v.array(SectionSchema),
});
export type Result = v.InferOutput<typeof Result>;

/** What the numbers depend on. */
export function machineFacts(): Result['machine'] {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadBefore: loadavg()[0] ?? 0,
  };
}

const PEERS = ['@aws-sdk/client-s3', 'ali-oss', 'esdk-obs-nodejs', 'undici'];
const Package = v.object({ version: v.string() });

/** Versions of the peers that are here. */
export async function versions(): Promise<Record<string, string>> {
  const require = createRequire(import.meta.resolve('@objectferry/shared/package.json'));
  const packages = PEERS.map((name) => [name, v.parse(Package, require(packageFile(require, name))).version] as const);
  const commands = [{ name: 'Ceph', version: ['radosgw', '--version'] as const }, ...TOOLS];
  const programs = await Promise.all(
    commands.map(async ({ name, version }) => [name, (await versionOf(version)) ?? 'not installed'] as const),
  );
  return Object.fromEntries([...packages, ...programs]);
}

/** Packages need not let their own description be imported. */
function packageFile(require: NodeJS.Require, name: string): string {
  const folder = require.resolve.paths(name)?.map((path) => `${path}/${name}/package.json`) ?? [];
  const found = folder.find((path) => isThere(require, path));
  if (found === undefined) throw new Error(`${name} is not installed: npm ci.`);
  return found;
}

function isThere(require: NodeJS.Require, path: string): boolean {
  try {
    return require.resolve(path) === path;
  } catch {
    return false;
  }
}

/** The section of that name, if it was measured. */
export function sectionOf({ sections }: Pick<Result, 'sections'>, name: Section['name']): Section | undefined {
  return sections.find((section) => section.name === name && section.subjects.length > 0);
}
