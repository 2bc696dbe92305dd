import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A program with its arguments. */
export type Command = readonly [string, ...string[]];

/** What a command spent, with everything that it started. */
export interface CommandCost {
  readonly seconds: number;
  /** User and system time. */
  readonly cpuMs: number;
}

const run = promisify(execFile);
const PATIENCE_MS = 180_000;

/** Runs a command to its end. @throws Error with what it said when it fails. */
export async function timed(command: Command, env: Readonly<Record<string, string>>): Promise<CommandCost> {
  // The shell's own `time`, because nobody else counts the processor time of a process that has ended.
  const script = `TIMEFORMAT='%3R %3U %3S'; time "$@" >/dev/null`;
  const { stderr } = await run('bash', ['-c', script, 'bash', ...command], {
    timeout: PATIENCE_MS,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C', ...env },
    maxBuffer: 2 ** 26,
  });
  return costOf(stderr);
}

/** Reads the last line of what the shell said. */
export function costOf(stderr: string): CommandCost {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  const [seconds, user, system] = last.split(' ').map(Number);
  const cpuMs = ((user ?? Number.NaN) + (system ?? Number.NaN)) * 1000;
  if (seconds === undefined || Number.isNaN(seconds + cpuMs)) throw new Error(`Not a line of times: ${last}`);
  return { seconds, cpuMs };
}

/** The first line that a command prints about itself; undefined when it is not installed. */
export async function versionOf(command: Command): Promise<string | undefined> {
  const [program, ...args] = command;
  try {
    const { stdout, stderr } = await run(program, args, { timeout: PATIENCE_MS });
    return `${stdout}${stderr}`.trim().split('\n', 1)[0];
  } catch {
    return undefined;
  }
}
